import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { AUDIT_PAGE, entriesOf } from '../audit-log.ts';
import { setState } from '../challenges.ts';
import { createTeam, invite } from '../teams.ts';
import { type Grant, issueToken, requireAllowed, revokeTokens } from '../tokens.ts';
import type { AppSettings, Env } from './context.ts';
import { answers, bearer } from './route.ts';
import { auditPageSchema, doneSchema, newTeamSchema } from './schemas.ts';

const jsonBody = <T extends z.ZodType>(schema: T) => ({
  body: { content: { 'application/json': { schema } }, required: true },
});
const roleAndSubject = z.strictObject({
  role: z.enum(['admin', 'host', 'team']),
  subject: z.string().max(64),
});
const DAY_MS = 24 * 60 * 60_000;

const stateRoute = createRoute({
  method: 'put',
  path: '/api/v1/challenges/{challenge}/state',
  summary: 'Open or close a challenge (its host, the admin)',
  security: bearer,
  request: {
    params: z.object({ challenge: z.string() }),
    ...jsonBody(z.strictObject({ state: z.enum(['open', 'closed']) })),
  },
  responses: answers(doneSchema),
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

const tokenRoute = createRoute({
  method: 'post',
  path: '/api/v1/tokens',
  summary: 'Issue a token; it is shown once (admin)',
  security: bearer,
  request: jsonBody(roleAndSubject.extend({ days: z.int().min(1).max(3650).optional() })),
  responses: answers(z.object({ token: z.string() })),
});

const revokeRoute = createRoute({
  method: 'delete',
  path: '/api/v1/tokens',
  summary: 'Revoke all tokens of a team, a host or the admins (the admin)',
  security: bearer,
  request: { query: roleAndSubject },
  responses: answers(doneSchema),
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
export function addHostRoutes(app: OpenAPIHono<Env>, { site }: AppSettings): void {
  const { kysely } = site;
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
  app.openapi(tokenRoute, async (c) => {
    const actor = c.get('actor');
    requireAllowed(actor.role === 'admin');
    const { days, ...grant } = c.req.valid('json');
    const expires = days === undefined ? undefined : new Date(Date.now() + days * DAY_MS);
    const issued: Grant = { ...grant, expires };
    const token = await kysely.transaction().execute((tx) => issueToken(tx, actor, issued));
    return c.json({ token }, 200);
  });
  app.openapi(revokeRoute, async (c) => {
    const actor = c.get('actor');
    requireAllowed(actor.role === 'admin');
    await kysely.transaction().execute((tx) => revokeTokens(tx, actor, c.req.valid('query')));
    return c.json({ done: true as const }, 200);
  });
  app.openapi(auditRoute, async (c) => {
    requireAllowed(c.get('actor').role === 'admin');
    const { after, limit } = c.req.valid('query');
    const rows = [...(await entriesOf(kysely, limit)(after))];
    return c.json(rows, 200);
  });
}
