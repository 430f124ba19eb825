import { afterAll, beforeAll, expect, it } from 'vitest';
import { samplesDir } from '../../datasets/directory.ts';
import { findTask } from '../../tasks/registry.ts';
import { parseChallenge } from '../challenge.ts';
import { createChallenge } from '../challenges.ts';
import { openTestSite, type TestSite } from '../fixtures/site.ts';
import { beginWithToken } from '../sessions.ts';
import { submit } from '../submit.ts';
import { invite } from '../teams.ts';
import { type Grant, issueToken } from '../tokens.ts';
import { createApp } from './app.ts';

const ADMIN = { role: 'admin', subject: '' } as const;
const TITLE = 'Project Kingfisher';
/** Roles that take part in, manage or score the private challenge. */
const SEEING = ['red', 'admin', 'host', 'worker'] as const;
const OTHERS = ['anyone', 'blue', 'otherHost', 'otherWorker'] as const;
type Who = (typeof SEEING | typeof OTHERS)[number];

let test: TestSite;
let app: ReturnType<typeof createApp>;
const tokens: Partial<Record<Who, string>> = {};

beforeAll(async () => {
  test = await openTestSite();
  const { site } = test;
  const declared = parseChallenge({
    ...{ id: 'secret', title: TITLE, task: 'cMedIC', access: 'private', goldReaders: 'The ward.' },
    phases: { practice: { split: 'dev' }, test: { split: 'test' } },
  });
  await createChallenge(site, ADMIN, { declared, task: findTask('cMedIC'), dir: samplesDir() });
  await invite(site, ADMIN, 'secret', 'red');
  const grants: Partial<Record<Who, Grant>> = {
    admin: ADMIN,
    host: { role: 'host', subject: 'secret' },
    otherHost: { role: 'host', subject: 'ic' },
    worker: { role: 'worker', subject: 'secret' },
    otherWorker: { role: 'worker', subject: 'ic' },
  };
  Object.assign(tokens, test.tokens);
  await site.kysely.transaction().execute(async (transaction) => {
    for (const [who, grant] of Object.entries(grants))
      tokens[who as Who] = await issueToken(transaction, ADMIN, grant);
  });
  app = createApp({ site, requests: 1e9 });
}, 400_000);
afterAll(() => test?.close());

async function ask(who: Who, path: string) {
  const token = tokens[who];
  const headers: Record<string, string> = {};
  if (token !== undefined && path.startsWith('/api/')) headers.authorization = `Bearer ${token}`;
  else if (token !== undefined)
    headers.cookie = `chineseblue_session=${(await beginWithToken(test.site, token)).secret}`;
  const response = await app.request(path, { headers });
  return { status: response.status, text: await response.text() };
}

it.each([
  ...['/', '/api/v1/challenges'],
  ...['', '/gold', '/practice', '/test'].map((rest) => `/challenges/secret${rest}`),
  ...['board', 'questions'].map((rest) => `/api/v1/challenges/secret/practice/${rest}`),
])('a private challenge is visible only to those who take part: %s', async (path) => {
  const isList = !path.includes('secret');
  for (const who of OTHERS) {
    const { status, text } = await ask(who, path);
    expect([who, status]).toEqual([who, isList ? 200 : 404]);
    expect([who, text.includes(TITLE) || (isList && text.includes('secret'))]).toEqual([who, false]);
  }
  for (const who of SEEING) {
    const { status, text } = await ask(who, path);
    const isForbidden = who === 'worker' && path.endsWith('questions');
    expect([who, status]).toEqual([who, isForbidden ? 403 : 200]);
    if (isList) expect([who, text.includes(TITLE)]).toEqual([who, true]);
  }
});

it('team pages, comparisons and submissions respond as for a challenge that does not exist', async () => {
  for (const path of ['practice/teams/red', 'practice/compare?a=red&b=blue'])
    for (const id of ['secret', 'none'])
      expect((await ask('blue', `/challenges/${id}/${path}`)).text).toContain('There is no such challenge');
  const file = await test.answersFile(3, 'dev');
  const handed = { phase: 'practice', team: 'blue', system: 'x', card: {}, file } as const;
  for (const challenge of ['secret', 'none'])
    await expect(submit(test.site, { ...handed, challenge })).rejects.toMatchObject({ code: 'no-challenge' });
});
