import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { samplesDir } from '../../datasets/directory.ts';
import { findTask } from '../../tasks/registry.ts';
import { parseChallenge } from '../challenge.ts';
import { registerChallenge } from '../challenges.ts';
import { adminToken } from '../first-start.ts';
import { API_ROUTES, PAGE_ROUTES, ROLES, type Role, type Route } from '../fixtures/routes.ts';
import { eventually, openTestSite, type TestSite } from '../fixtures/site.ts';
import { prepareRegistration } from '../registration.ts';
import { beginWithToken } from '../sessions.ts';
import { createTeam } from '../teams.ts';
import { authenticate, type Grant, issueToken } from '../tokens.ts';
import { createApp } from './app.ts';

const ADMIN = { role: 'admin', subject: '' } as const;
/** The name of a system that only its team, the host of the challenge and the admin may see. */
const PRIVATE = 'kept-private';
const ALLOWED: ReadonlySet<Role> = new Set(['red', 'reader', 'host', 'admin']);
const PATIENCE_MS = 200_000;
const ORIGIN = 'http://localhost';

let test: TestSite;
let app: ReturnType<typeof createApp>;
let own = '';
const tokens: Partial<Record<Role, string>> = {};

beforeAll(async () => {
  test = await openTestSite();
  const { site } = test;
  Object.assign(tokens, test.tokens);
  const grants: Partial<Record<Role, Grant>> = {
    reader: { role: 'team', subject: 'red', readOnly: true },
    host: { role: 'host', subject: 'ic' },
    otherHost: { role: 'host', subject: 'ward' },
    worker: { role: 'worker', subject: 'ward' },
    otherWorker: { role: 'worker', subject: 'ic' },
    admin: ADMIN,
  };
  await site.kysely.transaction().execute(async (transaction) => {
    for (const [role, grant] of Object.entries(grants))
      tokens[role as Role] = await issueToken(transaction, ADMIN, grant);
  });
  const declared = parseChallenge({
    ...{ id: 'ward', title: 'Ward', task: 'cMedIC', gold: 'remote', access: 'invited', goldReaders: 'x' },
    phases: { practice: { split: 'dev' } },
  });
  const file = join(test.directory, 'registration.json');
  await writeFile(
    file,
    JSON.stringify(await prepareRegistration(declared, findTask('cMedIC'), samplesDir())),
  );
  await registerChallenge(site, ADMIN, file);
  app = createApp({ site, requests: 1e9, wrongTokens: 1e9 });
  const body = await readFile(await test.answersFile(3));
  const handed = await ask('red', 'POST', `/api/v1/challenges/ic/final/submissions?system=${PRIVATE}`, body);
  own = JSON.parse(handed.text).id;
  await eventually(
    async () => JSON.parse((await ask('red', 'GET', '/api/v1/submissions/OWN')).text).ended,
    PATIENCE_MS,
  );
}, 400_000);
afterAll(() => test?.close());

async function ask(role: Role, method: string, path: string, body?: string | Uint8Array) {
  const token = tokens[role];
  const headers: Record<string, string> = { 'content-type': 'application/json', origin: ORIGIN };
  if (!path.startsWith('/api/')) headers['content-type'] = 'application/x-www-form-urlencoded';
  if (token !== undefined && path.startsWith('/api/')) headers.authorization = `Bearer ${token}`;
  else if (token !== undefined)
    headers.cookie = `chineseblue_session=${(await beginWithToken(test.site, token)).secret}`;
  const init = { method, headers, body: body === undefined ? undefined : Buffer.from(body) };
  const response = await app.request(path.replace('OWN', own), init);
  return { status: response.status, text: await response.text() };
}

describe.each([
  ['the API', API_ROUTES],
  ['the pages', PAGE_ROUTES],
] as const)('permissions of every role: %s', (_, routes) => {
  it.each(routes as Route[])('%s %s', async (method, path, body, expected) => {
    const found: Partial<Record<Role, number>> = {};
    for (const role of ROLES) {
      const sent = typeof body === 'string' ? body : JSON.stringify(body)?.replace('TEAM', `new-${role}`);
      const { status, text } = await ask(role, method, path, sent);
      found[role] = status;
      if (!ALLOWED.has(role))
        expect([role, text.includes(PRIVATE) || text.includes(own)]).toEqual([role, false]);
    }
    expect(found).toEqual(expected);
  });
});

it('the table covers every route', () => {
  const shape = (path: string): string =>
    path
      .split('?')[0]
      .split('/')
      .map((part) => (/^(ic|ward|practice|test|final|OWN|red|1|[\da-f-]{36})$|^:/.test(part) ? '*' : part))
      .join('/');
  const there = app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method} ${shape(path)}`);
  const tried = [...API_ROUTES, ...PAGE_ROUTES].map(([method, path]) => `${method} ${shape(path)}`);
  expect([...new Set(tried)].sort()).toEqual([...new Set(there)].sort());
});

describe('tokens', () => {
  const post = (role: Role, path: string, body: unknown) => ask(role, 'POST', path, JSON.stringify(body));
  const tokenOf = async (role: Role, body: unknown): Promise<string> =>
    JSON.parse((await post(role, '/api/v1/tokens', body)).text).token;
  const list = async (subject = 'blue') =>
    JSON.parse((await ask('admin', 'GET', `/api/v1/tokens?role=team&subject=${subject}`)).text);

  it('are listed without their secrets, and revoked one by one', async () => {
    const before = await list();
    const token = await tokenOf('blue', {
      role: 'team',
      subject: 'blue',
      note: 'of the build',
      readOnly: true,
    });
    const after = await list();
    expect(after).toHaveLength(before.length + 1);
    const { id, ...listed } = after.at(-1);
    expect(listed).toMatchObject({ note: 'of the build', readOnly: true, expires: null });
    expect(JSON.stringify(after)).not.toContain(token);
    const end = (which: string) => ask('blue', 'DELETE', `/api/v1/tokens?role=team&subject=blue&id=${which}`);
    expect((await end('%')).status).toBe(404);
    expect((await end('0123456789abcdef')).status).toBe(404);
    expect((await end(id)).status).toBe(200);
    expect(await list()).toEqual(before);
  });

  it('expire no later than the token that issued them', async () => {
    tokens.blue = await tokenOf('admin', { role: 'team', subject: 'blue', days: 2 });
    for (const days of [undefined, 1, 30]) {
      await tokenOf('blue', { role: 'team', subject: 'blue', days });
      const end = Date.parse((await list()).at(-1).expires) - Date.now();
      expect(Math.round(end / 86_400_000)).toBe(days === 1 ? 1 : 2);
    }
    const { text } = await post('blue', '/api/v1/teams/blue/members', { days: 30 });
    expect(Date.parse(JSON.parse(text).expires) - Date.now()).toBeLessThan(2.1 * 86_400_000);
    tokens.blue = test.tokens.blue;
  });

  it('of the admin are on one list, and are revoked together', async () => {
    const named = await post('admin', '/api/v1/tokens', { role: 'admin', subject: 'second' });
    expect(named.status).toBe(400);
    const { kysely } = test.site;
    // As issued by an earlier version.
    const token = await kysely
      .transaction()
      .execute((transaction) => issueToken(transaction, ADMIN, { role: 'admin', subject: 'second' }));
    tokens.admin = (await adminToken(test.site, { renew: true }))!;
    await expect(authenticate(kysely, token)).rejects.toMatchObject({ code: 'bad-token' });
    expect((await ask('admin', 'GET', '/api/v1/audit-log')).status).toBe(200);
  });

  it('are not issued for an unknown team', async () => {
    expect((await post('admin', '/api/v1/tokens', { role: 'team', subject: 'nobody' })).status).toBe(404);
    expect((await post('admin', '/api/v1/teams/nobody/members', {})).status).toBe(404);
    await expect(createTeam(test.site, ADMIN, { id: 'red' })).rejects.toMatchObject({
      code: 'already-exists',
    });
  });
});
