import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Question } from '../../datasets/dataset.ts';
import { type PhaseName, phaseOf } from '../challenge.ts';
import { askedIn, type OpenedChallenge } from '../challenges.ts';
import { unpack } from '../scoring/pack.ts';
import { submit } from '../submit.ts';
import { findSeen, listSeen, mayTakePart } from '../take-part.ts';
import { requireAllowed } from '../tokens.ts';
import { listSubmissions, viewSubmission } from '../view.ts';
import type { AppSettings, Env } from './context.ts';
import type { createGate } from './limits.ts';
import { answers, bearer, challengeAndPhase } from './route.ts';
import { cardSchema, challengeSchema, submissionSchema } from './schemas.ts';
import { withAnswers } from './upload.ts';

const challengesRoute = createRoute({
  method: 'get',
  path: '/api/v1/challenges',
  summary: 'All challenges; private ones only for participants',
  responses: answers(z.array(challengeSchema)),
});

const questionsRoute = createRoute({
  method: 'get',
  path: '/api/v1/challenges/{challenge}/{phase}/questions',
  summary:
    'What is asked in a phase: one JSON object per line with id and the fields of the input, never gold',
  security: bearer,
  request: { params: challengeAndPhase },
  responses: {
    200: { description: 'JSON Lines', content: { 'application/x-ndjson': { schema: z.string() } } },
  },
});

const submitRoute = createRoute({
  method: 'post',
  path: '/api/v1/challenges/{challenge}/{phase}/submissions',
  summary: 'Submit a file of answers of up to 100 MiB',
  security: bearer,
  request: {
    params: challengeAndPhase,
    query: z.object({
      system: z.string().openapi({ description: 'The name of the system, shown on the board' }),
      card: z.string().max(8000).optional().openapi({ description: 'A ModelCard as JSON' }),
    }),
    body: { content: { 'application/x-ndjson': { schema: z.string() } }, required: true },
  },
  responses: answers(submissionSchema),
});

const submissionsRoute = createRoute({
  method: 'get',
  path: '/api/v1/submissions',
  summary: 'The submissions of your team, latest first',
  security: bearer,
  request: {
    query: z.object({
      limit: z.coerce.number().int().min(1).max(200).default(50),
      before: z.iso.datetime().optional(),
    }),
  },
  responses: answers(z.array(submissionSchema)),
});

const submissionRoute = createRoute({
  method: 'get',
  path: '/api/v1/submissions/{id}',
  summary: 'A submission of your team, or of a challenge that you host',
  security: bearer,
  request: { params: z.object({ id: z.string() }) },
  responses: answers(submissionSchema),
});

/** A challenge as the API shows it. */
export const describe = ({ declared, task, state, primary }: OpenedChallenge) => ({
  ...{ state, primary },
  ...{ id: declared.id, title: declared.title, access: declared.access, goldReaders: declared.goldReaders },
  gold: declared.gold ?? 'server',
  ...{ task: task.id, family: task.family, labels: task.labels.map(({ id }) => id) },
  phases: declared.phases,
});

/** The routes of those who take part. */
export function addParticipantRoutes(
  app: OpenAPIHono<Env>,
  { site }: AppSettings,
  gate: ReturnType<typeof createGate>,
): void {
  app.openapi(challengesRoute, async (c) =>
    c.json((await listSeen(site, c.get('actor'))).map(describe), 200),
  );
  app.openAPIRegistry.registerPath(questionsRoute);
  app.get(questionsRoute.getRoutingPath(), async (c) => {
    const { challenge: id, phase } = challengeAndPhase.parse(c.req.param());
    const challenge = await findSeen(site, c.get('actor'), id);
    const { split } = phaseOf(challenge.declared, phase);
    requireAllowed(await mayTakePart(site, challenge, c.get('actor')));
    const { questions } = await askedIn(site, challenge, split);
    const lines = unpack<readonly Question[]>(questions)
      .map(({ id, input }) => `${JSON.stringify({ id, ...input })}\n`)
      .join('');
    return c.body(lines, 200, { 'content-type': 'application/x-ndjson; charset=utf-8' });
  });
  app.openapi(submitRoute, async (c) => {
    const actor = c.get('actor');
    requireAllowed(actor.role === 'team');
    const { team } = actor;
    const { challenge, phase } = c.req.valid('param');
    const { system, card: written } = c.req.valid('query');
    const card = cardSchema.parse(JSON.parse(written ?? '{}'));
    const id = await gate(() =>
      withAnswers(c.req.raw, site.temporary, (file) =>
        submit(site, { challenge, phase: phase satisfies PhaseName, team, system, card, file }),
      ),
    );
    return c.json(await viewSubmission(site, actor, id), 200);
  });
  app.openapi(submissionsRoute, async (c) => {
    const actor = c.get('actor');
    requireAllowed(actor.role === 'team');
    const { limit, before } = c.req.valid('query');
    const page = { limit, before: before === undefined ? undefined : new Date(before) };
    return c.json(await listSubmissions(site, actor.team, page), 200);
  });
  app.openapi(submissionRoute, async (c) =>
    c.json(await viewSubmission(site, c.get('actor'), c.req.valid('param').id), 200),
  );
}
