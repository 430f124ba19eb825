import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { AUDIT_PAGE, entriesOf } from '../audit-log.ts';
import { registerChallenge, setState } from '../challenges.ts';
import { createTeam, invite } from '../teams.ts';
import { requireAllowed } from '../tokens.ts';
import type { AppSettings, Env } from './context.ts';
import type { createGate } from './limits.ts';
import { answers, bearer, inChallenge, jsonBody } from './route.ts';
import {
  auditPageSchema,
  doneSchema,
  newChallengeSchema,
  newTeamSchema,
  registrationSchema,
} from './schemas.ts';
import { withUpload } from './upload.ts';

const stateRoute = createRoute({
  method: 'put',
  path: '/api/v1/challenges/{challenge}/state',
  summary: 'Open or close a challenge (its host, the admin)',
  security: bearer,
  request: {
    params: inChallenge,
    ...jsonBody(z.strictObject({ state: z.enum(['open', 'closed']) })),
  },
  responses: answers(doneSchema),
});

const registerRoute = createRoute({
  method: 'post',
  path: '/api/v1/challenges',
  summary:
    'Register a challenge whose gold is remote: declaration, task and questions, never gold (its host, the admin)',
  security: bearer,
  request: jsonBody(registrationSchema),
  responses: answers(newChallengeSchema),
});

const inviteRoute = createRoute({
  method: 'put',
  path: '/api/v1/challenges/{challenge}/teams/{team}',
  summary: 'Invite a team (the host of the challenge, the admin)',
  security: bearer,
  request: { params: z.object({ challenge: z.string(), team: z.string() }) },
  responses: answers(doneSchema),
});

const teamRoute = createRoute({
  method: 'post',
  path: '/api/v1/teams',
  summary: 'Create a team; its token is shown once (admin)',
  security: bearer,
  request: jsonBody(z.strictObject({ id: z.string(), contact: z.string().max(200).optional() })),
  responses: answers(newTeamSchema),
});

const auditRoute = createRoute({
  method: 'get',
  path: '/api/v1/audit-log',
  summary: 'Entries of the audit log, oldest first (the admin)',
  security: bearer,
  request: {
    query: z.object({
      after: z.coerce.number().int().min(0).default(0),
      limit: z.coerce.number().int().min(1).max(AUDIT_PAGE).default(AUDIT_PAGE),
    }),
  },
  responses: answers(auditPageSchema),
});

/** The routes of hosts and admins. */
export function addHostRoutes(
  app: OpenAPIHono<Env>,
  { site }: AppSettings,
  gate: ReturnType<typeof createGate>,
): void {
  const { kysely } = site;
  app.openAPIRegistry.registerPath(registerRoute);
  app.post(registerRoute.getRoutingPath(), async (c) => {
    const actor = c.get('actor');
    requireAllowed(actor.role === 'admin' || actor.role === 'host');
    const { id } = await gate(() =>
      withUpload(c.req.raw, site.temporary, (file) => registerChallenge(site, actor, file)),
    );
    return c.json({ id }, 200);
  });
  app.openapi(stateRoute, async (c) => {
    const { challenge } = c.req.valid('param');
    await setState(site, c.get('actor'), challenge, c.req.valid('json').state);
    return c.json({ done: true as const }, 200);
  });
  app.openapi(inviteRoute, async (c) => {
    const { challenge, team } = c.req.valid('param');
    await invite(site, c.get('actor'), challenge, team);
    return c.json({ done: true as const }, 200);
  });
  app.openapi(teamRoute, async (c) => {
    const { id, contact } = c.req.valid('json');
    return c.json({ id, token: await createTeam(site, c.get('actor'), { id, contact }) }, 200);
  });
  app.openapi(auditRoute, async (c) => {
    requireAllowed(c.get('actor').role === 'admin');
    const { after, limit } = c.req.valid('query');
    const rows = [...(await entriesOf(kysely, limit)(after))];
    return c.json(rows, 200);
  });
}
