import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { readTaskFile } from '../datasets/task-file.ts';
import { createApp } from './api/app.ts';
import { parseChallenge } from './challenge.ts';
import { createChallenge } from './challenges.ts';
import { CANARY, filesOf, finds, findsInside, RECORDS, writeCorpus } from './fixtures/canary.ts';
import { eventually } from './fixtures/site.ts';
import { createKey } from './keyring.ts';
import { startScorer } from './scorer.ts';
import { beginWithToken } from './sessions.ts';
import { openSite } from './site.ts';
import { createTeam } from './teams.ts';
import { issueToken } from './tokens.ts';

const ADMIN = { role: 'admin', subject: '' } as const;

it('no byte that the server sends or stores reveals gold', { timeout: 500_000 }, async () => {
  for (const shift of ['', 'a', 'ab'])
    expect(finds(Buffer.from(Buffer.from(`${shift}${CANARY}7xyz`).toString('base64')))).toBe(true);
  const directory = await mkdtemp(join(tmpdir(), 'chineseblue-gold-'));
  const task = await readTaskFile(await writeCorpus(directory));
  const siteDirectory = join(directory, 'site');
  const keyFile = join(directory, 'gold.key');
  await writeFile(keyFile, createKey());
  const site = await openSite({
    database: { directory: join(siteDirectory, 'database') },
    ...{ temporary: siteDirectory, keyFile, workers: 1 },
  });
  const logged: string[] = [];
  const scorer = startScorer(site, 1, (error) => logged.push(String(error)));
  const declared = parseChallenge({
    ...{ id: 'ward', title: 'Ward', task: 'ward', goldReaders: 'The ward.' },
    phases: { practice: { split: 'dev' }, test: { split: 'test' }, final: { split: 'test' } },
  });
  await createChallenge(site, ADMIN, { declared, task, dir: join(directory, 'data') });
  const tokens = {
    red: await createTeam(site, ADMIN, { id: 'red' }),
    admin: await site.kysely.transaction().execute((tx) => issueToken(tx, ADMIN, ADMIN)),
    anyone: undefined,
  };
  const sessions = {
    red: (await beginWithToken(site, tokens.red)).secret,
    admin: (await beginWithToken(site, tokens.admin)).secret,
    anyone: '',
  };
  const app = createApp({ site, requests: 1e9, onError: (error) => logged.push(String(error)) });
  const emitted: Buffer[] = [];
  const ask = async (path: string, who: keyof typeof tokens, body?: string) => {
    const token = tokens[who];
    const headers = {
      ...(token && { authorization: `Bearer ${token}`, cookie: `chineseblue_session=${sessions[who]}` }),
    };
    const response = await app.request(path, { method: body === undefined ? 'GET' : 'POST', headers, body });
    const bytes = Buffer.from(await response.arrayBuffer());
    emitted.push(bytes, Buffer.from(JSON.stringify([...response.headers])));
    return bytes.toString('utf8');
  };
  const answers = (wrong: number): string =>
    Array.from({ length: RECORDS }, (_, id) =>
      JSON.stringify({
        id: String(id),
        triples: [{ subject: `guess${id % wrong}`, predicate: 'p', object: 'o' }],
      }),
    ).join('\n');
  const bodies = [
    answers(3),
    answers(7),
    '{"id": "0", "triples": 7}',
    'KING',
    '',
    `${answers(3)}\n{"id":"0"}`,
  ];
  const ids: string[] = [];
  for (const phase of ['practice', 'test', 'final'])
    for (const [i, body] of bodies.entries()) {
      const taken = JSON.parse(
        await ask(`/api/v1/challenges/ward/${phase}/submissions?system=s${i}`, 'red', body),
      );
      if (taken.id) ids.push(taken.id);
    }
  await eventually(async () => {
    const views = await Promise.all(ids.map((id) => ask(`/api/v1/submissions/${id}`, 'red')));
    return views.every((view) => JSON.parse(view).ended) || undefined;
  }, 120_000);
  const { paths } = JSON.parse(await ask('/api/openapi.json', 'anyone'));
  const gets = Object.keys(paths).filter((path) => paths[path].get);
  const pages = [
    ...['/', '/sign-in', '/submissions', '/challenges/{challenge}', '/challenges/{challenge}/gold'],
    '/submissions/{id}',
    ...['', '/teams/red', '/compare?a=red&b=red'].map((rest) => `/challenges/{challenge}/{phase}${rest}`),
  ];
  for (const path of [...gets, ...pages])
    for (const phase of ['practice', 'test', 'final', 'none'])
      for (const id of [...ids, 'none'])
        for (const who of ['red', 'admin', 'anyone'] as const) {
          if (!path.includes('{id}') && id !== ids[0]) continue;
          const at = path
            .replace('{challenge}', 'ward')
            .replace('{team}', 'red')
            .replace('{phase}', phase)
            .replace('{id}', id);
          await ask(at, who);
        }
  expect(emitted.length).toBeGreaterThan(200);
  expect(emitted.filter(finds)).toEqual([]);
  expect(logged.filter((line) => finds(Buffer.from(line)))).toEqual([]);

  const stored = await sql<{ bytes: Uint8Array }>`
    select questions as bytes from split union all select sealed_gold from split where sealed_gold is not null
    union all select answers from submission where answers is not null
  `.execute(site.kysely);
  expect(stored.rows.length).toBeGreaterThan(4);
  for (const { bytes } of stored.rows) expect(findsInside(bytes)).toBe(false);
  await scorer.close();
  await site.close();
  const files = await filesOf(siteDirectory);
  expect(files.length).toBeGreaterThan(100);
  for (const file of files) expect([file, finds(await readFile(file))]).toEqual([file, false]);
  await rm(directory, { recursive: true });
});
