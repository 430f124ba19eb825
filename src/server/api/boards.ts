import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { boardOf } from '../board.ts';
import { phaseOf } from '../challenge.ts';
import type { OpenedChallenge } from '../challenges.ts';
import { compareOnBoard } from '../comparison.ts';
import { historyOf } from '../history.ts';
import { setReproduction } from '../reproduction.ts';
import type { Site } from '../site.ts';
import { findSeen } from '../take-part.ts';
import type { Actor } from '../tokens.ts';
import type { AppSettings, Env } from './context.ts';
import { answers, bearer, challengeAndPhase } from './route.ts';
import { boardSchema, comparisonSchema, doneSchema, historySchema } from './schemas.ts';

const boardRoute = createRoute({
  method: 'get',
  path: '/api/v1/challenges/{challenge}/{phase}/board',
  summary: 'The leaderboard of a phase; by another subset or convention if the phase is not blind',
  request: {
    params: challengeAndPhase,
    query: z.object({ subset: z.string().optional(), convention: z.string().optional() }),
  },
  responses: answers(boardSchema),
});

const historyRoute = createRoute({
  method: 'get',
  path: '/api/v1/challenges/{challenge}/{phase}/history/{team}',
  summary: 'The results of a team in a phase over time',
  request: { params: challengeAndPhase.extend({ team: z.string() }) },
  responses: answers(historySchema),
});

const comparisonRoute = createRoute({
  method: 'get',
  path: '/api/v1/challenges/{challenge}/{phase}/comparison',
  summary: 'The counting results of two teams in a phase, side by side: aggregates only',
  request: { params: challengeAndPhase, query: z.object({ a: z.string(), b: z.string() }) },
  responses: answers(comparisonSchema),
});

const reproductionRoute = createRoute({
  method: 'put',
  path: '/api/v1/submissions/{id}/reproduction',
  summary: 'Mark a result as reproduced, or remove the mark (the host, the admin)',
  security: bearer,
  request: {
    params: z.object({ id: z.string() }),
    body: {
      content: { 'application/json': { schema: z.strictObject({ note: z.string().max(500).nullable() }) } },
      required: true,
    },
  },
  responses: answers(doneSchema),
});

/** The routes of boards and of what is derived from them. */
export function addBoardRoutes(app: OpenAPIHono<Env>, { site }: AppSettings): void {
  app.openapi(boardRoute, async (c) => {
    const { challenge, phase } = c.req.valid('param');
    const opened = await withPhase(site, c.get('actor'), challenge, phase);
    return c.json(await boardOf(site, opened, phase, c.req.valid('query')), 200);
  });
  app.openapi(historyRoute, async (c) => {
    const { challenge, phase, team } = c.req.valid('param');
    const opened = await withPhase(site, c.get('actor'), challenge, phase);
    return c.json(await historyOf(site, opened, phase, team), 200);
  });
  app.openapi(comparisonRoute, async (c) => {
    const { challenge, phase } = c.req.valid('param');
    const { a, b } = c.req.valid('query');
    const opened = await withPhase(site, c.get('actor'), challenge, phase);
    return c.json(await compareOnBoard(site, opened, phase, [a, b]), 200);
  });
  app.openapi(reproductionRoute, async (c) => {
    await setReproduction(site, c.get('actor'), c.req.valid('param').id, c.req.valid('json').note);
    return c.json({ done: true as const }, 200);
  });
}

/** Throws a UserError `no-challenge` or `no-phase`. */
async function withPhase(site: Site, actor: Actor, id: string, phase: string): Promise<OpenedChallenge> {
  const challenge = await findSeen(site, actor, id);
  phaseOf(challenge.declared, phase);
  return challenge;
}
