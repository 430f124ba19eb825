import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDataset } from '../datasets/dataset.ts';
import { samplesDir } from '../datasets/directory.ts';
import { findTask } from '../tasks/registry.ts';
import { runMain } from './fixtures/run-main.ts';
import { type ServerProcess, startServer } from './fixtures/server-process.ts';

let directory: string;
let answers: string;
let server: ServerProcess;
let args: string[];
const tokens: Record<string, string> = {};

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chineseblue-serve-'));
  const dataDir = join(directory, 'data');
  await cp(join(samplesDir(), 'cMedIC'), join(dataDir, 'cMedIC'), { recursive: true });
  const { split } = await openDataset({ task: findTask('cMedIC'), dir: dataDir });
  const { examples } = await split('test');
  answers = join(directory, 'answers.jsonl');
  await writeFile(answers, examples.map(({ id, gold }) => JSON.stringify({ id, ...gold })).join('\n'));
  args = ['--dir', join(directory, 'site'), '--data-dir', dataDir, '--no-baselines', '--workers', '1'];
  server = await startServer(args);
  tokens.admin = server.token ?? '';
}, 120_000);
afterAll(async () => {
  await server.end('SIGTERM');
  await rm(directory, { recursive: true, force: true });
});

/** Runs a command with a token. */
async function as(who: string, ...argv: string[]) {
  const before = process.env.CHINESEBLUE_TOKEN;
  process.env.CHINESEBLUE_TOKEN = tokens[who];
  try {
    return await runMain(...argv, '--server', server.url);
  } finally {
    if (before === undefined) delete process.env.CHINESEBLUE_TOKEN;
    else process.env.CHINESEBLUE_TOKEN = before;
  }
}

it('from the first start to a score on the board', async () => {
  const made = await as('admin', 'challenge', 'team', 'red', '--json');
  tokens.red = JSON.parse(made.stdout).token;
  const handed = await as('red', 'submit', '--challenge', 'cMedIC', answers, '--system', 'gold', '--json');
  expect(handed.status).toBe(0);
  expect(JSON.parse(handed.stdout)).toMatchObject({ state: 'scored', score: 1, system: 'gold' });
  const same = await as('red', 'submit', '--challenge', 'cMedIC', answers, '--system', 'gold');
  expect(same.stdout).toContain(' scored 100.0\n');
  const board = await (await fetch(`${server.url}/api/v1/challenges/cMedIC/test/board`)).json();
  expect(board).toMatchObject({ rows: [{ team: 'red', score: 1 }] });
});

it('reports errors in a file, a token, an address', async () => {
  const bad = join(directory, 'bad.jsonl');
  await writeFile(bad, '\ufeff{"id": "0", "label": 7}\r\nnonsense\r\n');
  const rejected = await as('red', 'submit', '--challenge', 'cMedIC', bad, '--lang', 'zh');
  expect(rejected.status).toBe(3);
  expect(rejected.stdout).toContain('not-json');
  expect(rejected.stderr).toContain('文件被拒绝');
  const head =
    '{"chineseblue":"predictions@1","task":"cMedIC","split":"dev","scheme":"carved","offsets":"utf16"}\n';
  await writeFile(bad, `${head}{"id":"0","label":"1"}\n`);
  const other = await as('red', 'submit', '--challenge', 'cMedIC', bad);
  expect(other.stderr).toContain('/api/v1/challenges/cMedIC/test/questions; `chineseblue predict --input`');
  expect((await as('red', 'submit', '--challenge', 'cMedIC', join(directory, 'none'))).stderr).toContain(
    'file-missing',
  );
  expect((await as('red', 'submit', '--challenge', 'cMedIC', directory)).stderr).toContain('not-a-file');
  expect((await as('red', 'submit', '--challenge', 'none', answers)).stderr).toContain('no-challenge');
  expect((await as('nobody', 'submit', '--challenge', 'cMedIC', answers)).stderr).toContain('bad-token');
  expect((await as('red', 'challenge', 'close', 'cMedIC')).stderr).toContain('forbidden');
  const elsewhere = await runMain('challenge', 'open', 'x', '--server', 'http://127.0.0.1:1');
  expect(elsewhere.stderr).toContain('server-unreachable');
  expect((await runMain('challenge', 'open', 'x', '--server', 'nowhere')).status).toBe(2);
});

it('a second process cannot open its directory', async () => {
  const file = join(directory, 'ward.json');
  await writeFile(
    file,
    JSON.stringify({
      id: 'ward',
      title: 'W',
      task: 'cMedIC',
      goldReaders: 'x',
      phases: { test: { split: 'test' } },
    }),
  );
  const site = ['--dir', join(directory, 'site'), '--data-dir', join(directory, 'data')];
  expect((await runMain('challenge', 'create', file, ...site)).stderr).toContain('in-use');
  await writeFile(file, '{"id": "ward"}');
  const { stderr } = await runMain('challenge', 'create', file, ...site);
  expect(stderr).toContain('bad-challenge');
});

it('a port in use is reported, and nothing is left open', async () => {
  const { port } = new URL(server.url);
  const site = join(directory, 'second');
  const second = ['--dir', site, '--data-dir', join(directory, 'data'), '--no-baselines'];
  const { status, stderr } = await runMain('serve', ...second, '--port', port);
  expect([status, stderr]).toEqual([2, expect.stringContaining('address-in-use')]);
  expect(await readdir(join(site, 'database'))).toEqual(['pglite']);
});

it('a killed server loses nothing: it scores accepted submissions once', {
  timeout: 120_000,
}, async () => {
  const ids: string[] = [];
  for (let i = 0; i < 6; i++) {
    const handed = await as(
      'red',
      'submit',
      '--challenge',
      'cMedIC',
      answers,
      '--system',
      `s${i}`,
      '--no-wait',
      '--json',
    );
    ids.push(JSON.parse(handed.stdout).id);
  }
  await server.end('SIGKILL');
  server = await startServer(args);
  expect(server.token).toBeUndefined();
  for (let i = 0; i < 6; i++) {
    const again = await as('red', 'submit', '--challenge', 'cMedIC', answers, '--system', `s${i}`, '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ id: ids[i], state: 'scored', score: 1 });
  }
  const entries = await (
    await fetch(`${server.url}/api/v1/audit-log`, { headers: { authorization: `Bearer ${tokens.admin}` } })
  ).json();
  const scored = (entries as { action: string; subject: string }[]).filter(
    ({ action, subject }) => action === 'submission-scored' && ids.includes(subject),
  );
  expect(scored.map(({ subject }) => subject).sort()).toEqual([...ids].sort());
  expect((await as('admin', 'audit-log', 'verify')).stdout).toContain('intact');
});

it('a lost admin token is replaced by a new one, and revoked', async () => {
  await server.end('SIGTERM');
  server = await startServer([...args, '--new-admin-token']);
  const old = tokens.admin;
  tokens.admin = server.token ?? '';
  expect((await as('admin', 'challenge', 'open', 'cMedIC')).status).toBe(0);
  tokens.old = old;
  expect((await as('old', 'challenge', 'open', 'cMedIC')).stderr).toContain('bad-token');
});

it('shuts down cleanly: no lock and no upload is left', async () => {
  expect(await server.end('SIGTERM')).toBe(0);
  const site = join(directory, 'site');
  expect((await readdir(site)).sort()).toEqual(['database', 'gold.key']);
  expect(await readdir(join(site, 'database'))).toEqual(['pglite']);
});

it.each([
  ['file-missing', 'nowhere'],
  ['not-a-directory', 'answers.jsonl'],
])('runs of a directory that cannot be read: %s', async (code, name) => {
  const { status, stderr } = await runMain('serve', '--runs', join(directory, name), '--port', '0');
  expect([status, stderr]).toEqual([3, expect.stringContaining(`[${code}]`)]);
});
