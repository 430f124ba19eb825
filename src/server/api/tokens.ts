import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { inviteMember } from '../members.ts';
import { TOKEN_ROLES } from '../schema.ts';
import { requireTeam } from '../teams.ts';
import {
  type Actor,
  handlesTokens,
  issueToken,
  listTokens,
  requireAllowed,
  revokeToken,
  revokeTokens,
} from '../tokens.ts';
import type { AppSettings, Env } from './context.ts';
import { answers, bearer, jsonBody } from './route.ts';
import { doneSchema, inviteSchema, newTokenSchema, tokenListSchema } from './schemas.ts';

const roleAndSubject = z.strictObject({
  role: z.enum(TOKEN_ROLES),
  subject: z
    .string()
    .max(64)
    .default('')
    .openapi({ description: 'For a host or worker, its challenge; for a team, its name' }),
});
const days = z.int().min(1).max(3650);
const WHO = 'the admin: all; a host: those of its host and workers; a team: its own';
const DAY_MS = 24 * 60 * 60_000;

const issueRoute = createRoute({
  method: 'post',
  path: '/api/v1/tokens',
  summary: `Issue a token; it is shown once, and expires no later than the one it is issued with (${WHO})`,
  security: bearer,
  request: jsonBody(
    roleAndSubject
      .extend({
        days: days.optional().openapi({ description: 'Days until it expires; absent: never' }),
        readOnly: z.boolean().default(false),
        note: z.string().max(200).default(''),
      })
      // A token with a subject would not be on the list of the admin's tokens.
      .refine(({ role, subject }) => role !== 'admin' || subject === '', {
        path: ['subject'],
        error: 'the admin has no subject',
        params: { zh: '管理员令牌没有所属对象' },
      }),
  ),
  responses: answers(newTokenSchema),
});

const listRoute = createRoute({
  method: 'get',
  path: '/api/v1/tokens',
  summary: `The tokens of a subject, without their values (${WHO})`,
  security: bearer,
  request: { query: roleAndSubject },
  responses: answers(tokenListSchema),
});

const revokeRoute = createRoute({
  method: 'delete',
  path: '/api/v1/tokens',
  summary: `Revoke a token, or all of a subject (${WHO})`,
  security: bearer,
  request: { query: roleAndSubject.extend({ id: z.string().max(64).optional() }) },
  responses: answers(doneSchema),
});

const inviteRoute = createRoute({
  method: 'post',
  path: '/api/v1/teams/{team}/members',
  summary: 'A single-use code with which someone who signed in joins a team (the team, the admin)',
  security: bearer,
  request: {
    params: z.object({ team: z.string() }),
    ...jsonBody(z.strictObject({ days: days.max(90).default(7) })),
  },
  responses: answers(inviteSchema),
});

/** The routes that issue tokens and invitations. */
export function addTokenRoutes(app: OpenAPIHono<Env>, { site }: AppSettings): void {
  const { kysely } = site;
  app.openapi(issueRoute, async (c) => {
    const actor = c.get('actor');
    const { days: wanted, ...grant } = c.req.valid('json');
    requireAllowed(handlesTokens(actor, grant));
    if (grant.role === 'team') await requireTeam(site, grant.subject);
    const expires = endOf(actor, wanted);
    const token = await kysely.transaction().execute((tx) => issueToken(tx, actor, { ...grant, expires }));
    return c.json({ token }, 200);
  });
  app.openapi(listRoute, async (c) => {
    const grant = c.req.valid('query');
    requireAllowed(handlesTokens(c.get('actor'), grant));
    return c.json(await listTokens(kysely, grant), 200);
  });
  app.openapi(revokeRoute, async (c) => {
    const actor = c.get('actor');
    const { id, ...grant } = c.req.valid('query');
    requireAllowed(handlesTokens(actor, grant));
    await kysely
      .transaction()
      .execute((tx) =>
        id === undefined ? revokeTokens(tx, actor, grant) : revokeToken(tx, actor, { ...grant, id }),
      );
    return c.json({ done: true as const }, 200);
  });
  app.openapi(inviteRoute, async (c) => {
    const actor = c.get('actor');
    const { team } = c.req.valid('param');
    requireAllowed(handlesTokens(actor, { role: 'team', subject: team }));
    const expires = endOf(actor, c.req.valid('json').days) ?? new Date();
    const code = await inviteMember(site, actor, team, expires);
    return c.json({ code, expires: expires.toISOString() }, 200);
  });
}

/** When something issued with a token expires: after this many days, and no later than the token. */
function endOf({ expires }: Actor, wanted: number | undefined): Date | undefined {
  const asked = wanted === undefined ? undefined : new Date(Date.now() + wanted * DAY_MS);
  if (!expires || !asked) return asked ?? expires;
  return asked < expires ? asked : expires;
}
