import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../ground/random.ts';
import { API_ROUTES } from '../fixtures/routes.ts';
import { eventually, openTestSite, type TestSite } from '../fixtures/site.ts';
import { beginWithToken } from '../sessions.ts';
import { issueToken } from '../tokens.ts';
import { createApp } from './app.ts';
import { createCallerOf } from './caller.ts';

let test: TestSite;
let app: ReturnType<typeof createApp>;
const tokens: Record<string, string> = {};
const sessions: Record<string, string> = {};
const faults: unknown[] = [];

beforeAll(async () => {
  test = await openTestSite();
  const grant = { role: 'admin', subject: '' } as const;
  const host = { role: 'host', subject: 'ic' } as const;
  await test.site.kysely.transaction().execute(async (transaction) => {
    tokens.admin = await issueToken(transaction, grant, grant);
    tokens.host = await issueToken(transaction, grant, host);
    tokens.otherHost = await issueToken(transaction, grant, { role: 'host', subject: 'another' });
  });
  Object.assign(tokens, test.tokens);
  for (const who of ['red', 'blue']) sessions[who] = (await beginWithToken(test.site, tokens[who])).secret;
  app = createApp({
    site: test.site,
    requests: 1e9,
    wrongTokens: 5,
    onError: (error) => faults.push(error),
  });
}, 400_000);
afterAll(() => test.close());

const as = (who: string | undefined, init: RequestInit = {}): RequestInit =>
  who === undefined
    ? init
    : { ...init, headers: { ...init.headers, authorization: `Bearer ${tokens[who] ?? who}` } };
// biome-ignore lint/suspicious/noExplicitAny: what comes over the wire is checked by the expectations
const json = async (response: Response | Promise<Response>): Promise<any> => (await response).json();
const post = (body: unknown): RequestInit => ({
  method: 'POST',
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
});

describe('the API', () => {
  it('describes itself, and challenges without their gold', async () => {
    const description = await json(app.request('/api/openapi.json'));
    expect(description.openapi).toBe('3.1.0');
    expect(Object.keys(description.paths)).toContain('/api/v1/challenges/{challenge}/{phase}/questions');
    const [challenge] = await json(app.request('/api/v1/challenges'));
    expect(challenge).toMatchObject({ id: 'ic', task: 'cMedIC', primary: 'classification/micro-f1@1' });
  });

  it('accepts a file, scores it, and shows it on the board', async () => {
    const body = await readFile(await test.answersFile(6, 'dev'));
    const query = new URLSearchParams({ system: 'bert', card: '{"seeds":[3,4],"trainedOnDev":false}' });
    const path = `/api/v1/challenges/ic/practice/submissions?${query}`;
    const taken = await json(app.request(path, as('red', { method: 'POST', body })));
    expect(taken).toMatchObject({ team: 'red', system: 'bert', card: { trainedOnDev: false } });
    const scored = await eventually(async () => {
      const seen = await json(app.request(`/api/v1/submissions/${taken.id}`, as('red')));
      return seen.ended ? seen : undefined;
    });
    expect(scored.score).toBeCloseTo(1 - 6 / 45, 10);
    const board = await json(app.request('/api/v1/challenges/ic/practice/board'));
    expect(board.rows).toMatchObject([{ team: 'red', system: 'bert', groups: 'a', card: { seeds: '3, 4' } }]);
    expect(await json(app.request('/api/v1/submissions', as('red')))).toMatchObject([{ id: taken.id }]);
    expect(await json(app.request('/api/v1/submissions', as('blue')))).toEqual([]);
  });

  it('returns questions, never gold', async () => {
    const response = await app.request('/api/v1/challenges/ic/test/questions');
    const lines = (await response.text()).trimEnd().split('\n');
    expect(lines).toHaveLength(60);
    expect(Object.keys(JSON.parse(lines[0])).sort()).toEqual(['id', 'text']);
  });

  it('sends headers that forbid scripts, frames and caching', async () => {
    const { headers } = await app.request('/api/v1/health');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('reports errors in both languages, with the field', async () => {
    const { error } = await json(app.request('/api/v1/challenges/ic/nonsense/board'));
    expect(error).toMatchObject({ code: 'bad-request', field: 'phase' });
    expect(error.message.zh).toMatch(/[一-鿿]/);
    expect((await app.request('/api/v1/nothing')).status).toBe(404);
  });

  it('rejects revoked and expired tokens, and limits guessing', async () => {
    const { token } = await json(app.request('/api/v1/teams', as('admin', post({ id: 'short' }))));
    expect((await app.request('/api/v1/submissions', as(token))).status).toBe(200);
    const gone = '/api/v1/tokens?role=team&subject=short';
    expect((await app.request(gone, as('admin', { method: 'DELETE' }))).status).toBe(200);
    expect((await app.request('/api/v1/submissions', as(token))).status).toBe(401);
    const expired = await test.site.kysely
      .transaction()
      .execute((transaction) =>
        issueToken(transaction, { role: 'admin' }, { role: 'team', subject: 'red', expires: new Date(0) }),
      );
    expect((await app.request('/api/v1/submissions', as(expired))).status).toBe(401);
    const statuses = [];
    for (let i = 0; i < 5; i++) statuses.push((await app.request('/api/v1/health', as(`cbt_${i}`))).status);
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    // a new application starts with empty counters
    app = createApp({
      site: test.site,
      requests: 1e9,
      wrongTokens: 1e9,
      onError: (error) => faults.push(error),
    });
  });
});

describe('behind a trusted proxy', () => {
  it('wrong tokens of one caller do not lock out another, and the log has the address of both', async () => {
    const behind = createApp({ site: test.site, wrongTokens: 2, callerOf: createCallerOf(['10.0.0.5']) });
    const from = async (peer: string, forwarded: string, path: string, init: RequestInit = {}) => {
      const headers = { ...init.headers, 'x-forwarded-for': forwarded };
      const connection = { incoming: { socket: { remoteAddress: peer } } };
      return behind.request(path, { ...init, headers }, connection);
    };
    const guess = async (peer: string, forwarded: string) =>
      (await from(peer, forwarded, '/api/v1/submissions', as('cbt_wrong'))).status;
    for (const status of [401, 401, 429]) expect(await guess('10.0.0.5', '198.51.100.1')).toBe(status);
    expect(await guess('10.0.0.5', '198.51.100.2')).toBe(401);
    // A caller that is not a proxy cannot claim another address.
    for (const status of [401, 401, 429])
      expect(await guess('203.0.113.9', `198.51.100.${status}`)).toBe(status);

    const made = await from('10.0.0.5', '198.51.100.3', '/api/v1/teams', as('admin', post({ id: 'far' })));
    expect(made.status).toBe(200);
    const log = await test.site.kysely.selectFrom('audit').selectAll().where('subject', '=', 'far').execute();
    expect(log.map(({ action, detail }) => [action, JSON.parse(detail).address])).toEqual([
      ['team-created', '198.51.100.3'],
      ['token-issued', '198.51.100.3'],
    ]);
  });
});

describe('the pages', () => {
  const text = async (path: string, init?: RequestInit) => (await app.request(path, init)).text();
  const origin = 'http://localhost';
  const signedIn = (who: string) => ({ headers: { cookie: `chineseblue_session=${sessions[who]}`, origin } });

  it('are in the language of the reader, without scripts', async () => {
    const english = await text('/');
    expect(english).toContain('<html lang="en">');
    expect(english).toContain('href="/challenges/ic"');
    const chinese = await text('/challenges/ic', { headers: { 'accept-language': 'zh-CN,zh;q=0.9' } });
    expect(chinese).toContain('<html lang="zh-CN">');
    expect(chinese).toMatch(/谁可以读取金标<.a>：所有人/);
    expect(english + chinese).not.toMatch(/<script|onclick|javascript:/);
    expect((await app.request('/challenges/none')).status).toBe(404);
  });

  it('show the board, with the text of teams escaped', async () => {
    const query = new URLSearchParams({
      system: 'evil',
      card: JSON.stringify({ contact: '<img src=x>"\'&' }),
    });
    const body = await readFile(await test.answersFile(0, 'dev'));
    const path = `/api/v1/challenges/ic/practice/submissions?${query}`;
    const { id } = await json(app.request(path, as('blue', { method: 'POST', body })));
    await eventually(async () => (await json(app.request(`/api/v1/submissions/${id}`, as('blue')))).ended);
    const page = await text('/challenges/ic');
    expect(page).toContain('100.0');
    expect(page).toContain('&lt;img src=x&gt;&quot;&#39;&amp;');
    expect(page).not.toContain('<img');
    const others = ['practice', 'practice/teams/blue', 'practice/compare?a=blue&b=red', 'test', 'final'];
    for (const path of others) {
      const other = await app.request(`/challenges/ic/${path}`);
      expect([path, other.status]).toEqual([path, 200]);
      expect(await other.text()).not.toMatch(/<script|<img|style=|<style/);
    }
    for (const path of ['none', 'practice/teams/none', 'practice/compare?a=x', 'test?subset=clean'])
      expect([path, (await app.request(`/challenges/ic/${path}`)).status]).toEqual([path, 404]);
  });

  it('accept a file by a form from signed-in users, but not from another site', async () => {
    const form = (wrong: string) => {
      const data = new FormData();
      data.set('file', new File([wrong], 'answers.jsonl'));
      data.set('system', 'by-form');
      data.set('seeds', '5');
      data.set('trainedOnDev', 'false');
      return data;
    };
    const path = '/challenges/ic/practice/submit';
    const file = await readFile(await test.answersFile(20, 'dev'), 'utf8');
    const handed = await app.request(path, { method: 'POST', body: form(file), ...signedIn('red') });
    expect(handed.status).toBe(303);
    const at = handed.headers.get('location')!;
    expect(await text(at, signedIn('red'))).toContain('by-form');
    expect((await app.request(at, signedIn('blue'))).status).toBe(404);
    const elsewhere = { headers: { ...signedIn('red').headers, origin: 'http://elsewhere.example' } };
    expect((await app.request(path, { method: 'POST', body: form(file), ...elsewhere })).status).toBe(403);
    expect((await app.request(path, { method: 'POST', body: form(file), headers: { origin } })).status).toBe(
      403,
    );
  });

  it('keep the session in a cookie that scripts cannot read', async () => {
    const post = (token: string) => {
      const body = new URLSearchParams({ token });
      return app.request('/sign-in', { method: 'POST', body, headers: { origin } });
    };
    const wrong = await post('cbt_wrong');
    expect(wrong.status).toBe(401);
    expect(await wrong.text()).toContain('role="alert"');
    const right = await post(tokens.red);
    expect(right.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Lax/);
    // The API does not accept cookies, since it does not check the origin.
    expect((await app.request('/api/v1/submissions', signedIn('red'))).status).toBe(403);
  });
});

describe('hostile requests', () => {
  it('are refused as errors of the caller, never as internal errors', { timeout: 120_000 }, async () => {
    const random = createRandom(7, 'fuzz');
    const pick = <T>(list: readonly T[]): T => list[random.below(list.length)];
    const nasty = [
      ...["'; drop table team; --", '../../etc/passwd', '<script>alert(1)</script>', '%00', '\u0000', '🀄️'],
      ...['a'.repeat(5000), '__proto__', 'constructor', '-1', 'NaN', '{{7*7}}', '中文'],
    ];
    const bodies: readonly (string | Uint8Array)[] = [
      ...[
        '',
        'null',
        '[]',
        '{}',
        '{"id":',
        `${'['.repeat(30_000)}`,
        `{"a":${'{"a":'.repeat(10_000)}1`,
        '\u0000',
      ],
      ...nasty.map((text) => JSON.stringify({ id: text, state: text, role: text, subject: text })),
      ...nasty.map((text) => `{"id":${JSON.stringify(text)},"label":${JSON.stringify(text)}}\n`),
      new Uint8Array([0xff, 0xfe, 0x00]),
      new Uint8Array([0x1f, 0x8b, 8, 0]),
      new Uint8Array([0x50, 0x4b, 3, 4]),
    ];
    const statuses = new Map<number, number>();
    for (let i = 0; i < 300; i++) {
      const [method, path] = pick(API_ROUTES);
      const part = encodeURIComponent(pick(nasty));
      const changed = path.replace(
        random.next() < 0.5 ? /ic|OWN|red|system=x/ : /practice|test|final|OWN/,
        part,
      );
      const headers: Record<string, string> = {
        'content-type': pick(['application/json', 'text/html', 'x']),
      };
      if (random.next() < 0.2) headers['content-encoding'] = 'gzip';
      if (random.next() < 0.2) headers['content-length'] = '99999999999';
      const init = { method, headers, body: method === 'GET' ? undefined : Buffer.from(pick(bodies)) };
      const { status } = await app.request(changed, as(pick(['red', 'admin', 'host', 'nobody']), init));
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    expect(faults.map(String)).toEqual([]);
    expect([...statuses.keys()].filter((status) => status >= 500)).toEqual([]);
    expect(statuses.size).toBeGreaterThan(3);
  });
});
