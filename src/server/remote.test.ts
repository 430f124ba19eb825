import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTaskFile } from '../datasets/task-file.ts';
import { createApp } from './api/app.ts';
import { type Listening, listen } from './api/listen.ts';
import { doneSchema, newChallengeSchema, remoteJobSchema } from './api/schemas.ts';
import { entriesOf, followChain } from './audit-log.ts';
import { boardOf } from './board.ts';
import { parseChallenge } from './challenge.ts';
import { createChallenge, findChallenge } from './challenges.ts';
import { type Client, createClient } from './client.ts';
import { answersToCorpus, CANARY, filesOf, finds, findsInside, writeCorpus } from './fixtures/canary.ts';
import { eventually } from './fixtures/site.ts';
import { prepareRegistration } from './registration.ts';
import { type RemoteWork, registeredTask, workRemotely } from './remote-worker.ts';
import { startScorer } from './scorer.ts';
import { openSite, type Site } from './site.ts';
import { createTeam } from './teams.ts';
import { issueToken } from './tokens.ts';
import { exportSite, importSite } from './transfer.ts';

const BIN = fileURLToPath(new URL('../../bin/chineseblue.js', import.meta.url));
const ADMIN = { role: 'admin', subject: '' } as const;
const PATIENCE_MS = 240_000;

let hospital: string;
let serverSide: string;
let site: Site;
let listening: Listening;
let scorer: ReturnType<typeof startScorer>;
const tokens: Record<string, string> = {};
/** Every byte that the server received and sent. */
const wire: Buffer[] = [];
const faults: string[] = [];

const declared = {
  ...{ id: 'ward', title: 'Ward', task: 'ward', gold: 'remote', goldReaders: 'The ward.' },
  phases: { practice: { split: 'dev' }, test: { split: 'test' } },
};

/** The app, with all its traffic recorded. */
function tapped(): ReturnType<typeof createApp> {
  const app = createApp({ site, requests: 1e9, onError: (error) => faults.push(String(error)) });
  const answer = app.fetch.bind(app);
  app.fetch = async (request: Request, ...rest) => {
    const body = Buffer.from(await request.clone().arrayBuffer());
    wire.push(Buffer.from(request.url), Buffer.from(JSON.stringify([...request.headers])), body);
    const response = await answer(request, ...rest);
    wire.push(Buffer.from(await response.clone().arrayBuffer()));
    return response;
  };
  return app;
}

beforeAll(async () => {
  hospital = await mkdtemp(join(tmpdir(), 'chineseblue-hospital-'));
  serverSide = await mkdtemp(join(tmpdir(), 'chineseblue-outside-'));
  const task = await writeCorpus(hospital);
  await writeFile(join(hospital, 'ward.json'), JSON.stringify(declared));
  const keyFile = join(serverSide, 'gold.key');
  await writeFile(keyFile, `${Buffer.alloc(32, 1).toString('base64')}\n`);
  const database = { directory: join(serverSide, 'database') };
  site = await openSite({ database, temporary: serverSide, keyFile, workers: 1 });
  scorer = startScorer(site, 1, (error) => faults.push(String(error)));
  listening = await listen(tapped(), { host: '127.0.0.1', port: 0 });
  await site.kysely.transaction().execute(async (transaction) => {
    for (const role of ['host', 'worker'] as const)
      tokens[role] = await issueToken(transaction, ADMIN, { role, subject: 'ward' });
    tokens.otherWorker = await issueToken(transaction, ADMIN, { role: 'worker', subject: 'another' });
  });
  for (const id of ['red', 'blue']) tokens[id] = await createTeam(site, ADMIN, { id });
  const given = parseChallenge(declared);
  await expect(
    createChallenge(site, ADMIN, {
      declared: given,
      task: await readTaskFile(task),
      dir: join(hospital, 'data'),
    }),
  ).rejects.toMatchObject({ code: 'gold-is-remote' });
}, 400_000);
afterAll(async () => {
  await scorer.close();
  await listening.close();
  await site.close();
  for (const directory of [hospital, serverSide]) await rm(directory, { recursive: true, force: true });
});

const as = (who: string): Client => createClient(listening.url, tokens[who]);

/** A command inside the hospital. */
function inside(command: readonly string[], who: string): { child: ChildProcess; ended: Promise<string> } {
  const where = ['--server', listening.url, '--data-dir', join(hospital, 'data')];
  const child = spawn(
    process.execPath,
    [BIN, ...command, ...where, '--task-file', join(hospital, 'ward.task.json')],
    { env: { ...process.env, CHINESEBLUE_TOKEN: tokens[who] }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const ended = new Promise<string>((resolve) => {
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk) => {
        said += chunk;
      });
    child.once('close', (code) => resolve(`${code} ${said}`));
  });
  return { child, ended };
}

const home = () => join(hospital, 'worker');
const worker = (...more: string[]) =>
  inside(['worker', '--challenge', 'ward', '--home', home(), ...more], 'worker');
/** The same in this process: scores the waiting jobs. */
const work = async (more: Partial<RemoteWork> = {}): Promise<number> =>
  workRemotely({
    ...{ client: as('worker'), challenge: 'ward', home: home(), leastCell: 5, untilEmpty: true },
    ...{ task: await readTaskFile(join(hospital, 'ward.task.json')), dir: join(hospital, 'data') },
    signal: new AbortController().signal,
    onError: (error) => faults.push(String(error)),
    ...more,
  });

const submit = async (who: string, phase: string, right: number): Promise<string> => {
  const response = await fetch(
    `${listening.url}/api/v1/challenges/ward/${phase}/submissions?system=s${right}`,
    { method: 'POST', headers: { authorization: `Bearer ${tokens[who]}` }, body: answersToCorpus(right) },
  );
  // biome-ignore lint/suspicious/noExplicitAny: checked by the expectations
  const taken: any = await response.json();
  expect(taken).toMatchObject({ state: 'queued', ahead: expect.any(Number) });
  return taken.id;
};
const see = async (who: string, id: string) => {
  const response = await fetch(`${listening.url}/api/v1/submissions/${id}`, {
    headers: { authorization: `Bearer ${tokens[who]}` },
  });
  // biome-ignore lint/suspicious/noExplicitAny: checked by the expectations
  return (await response.json()) as any;
};

/** Makes a lease look as if its holder had died a while ago. */
async function expireLease(id: string): Promise<void> {
  await sql`update jobs.job set heartbeat_on = now() - interval '5 minutes' where id = ${id}`.execute(
    site.kysely,
  );
  await sql`update jobs.queue set monitor_on = null, monitor_claim_on = null`.execute(site.kysely);
  await site.queues.supervise();
  await sql`update jobs.job set start_after = now()`.execute(site.kysely);
}

describe('a challenge whose gold stays in a hospital', () => {
  it('is registered from the hospital, without gold', { timeout: PATIENCE_MS }, async () => {
    const command = ['challenge', 'create', join(hospital, 'ward.json')];
    expect(await inside(command, 'host').ended).toMatch(/^0 .*ward was created and is open/s);
    const task = await readTaskFile(join(hospital, 'ward.task.json'));
    const body = await prepareRegistration(parseChallenge(declared), task, join(hospital, 'data'));
    const send = (who: string, sent: unknown) =>
      as(who).send('POST', '/api/v1/challenges', sent, newChallengeSchema);
    await expect(send('host', body)).rejects.toMatchObject({ code: 'already-exists' });
    await expect(send('red', body)).rejects.toMatchObject({ code: 'forbidden' });
    const other = { ...declared, id: 'other' };
    await expect(send('host', { ...body, challenge: other })).rejects.toMatchObject({ code: 'forbidden' });
    const here = { ...declared, gold: 'server' };
    await expect(send('host', { ...body, challenge: here })).rejects.toMatchObject({
      code: 'bad-request',
      place: { field: 'challenge.gold' },
    });
    await expect(send('host', { ...body, splits: [] })).rejects.toMatchObject({ code: 'bad-request' });
    const rows = await site.kysely.selectFrom('split').select(['name', 'sealed_gold']).execute();
    expect(rows.map(({ sealed_gold: gold }) => gold)).toEqual([null, null]);
  });

  it('is not registered where its labels would be those of the gold', async () => {
    const file = join(hospital, 'unlabelled.json');
    const { labels: _, ...rest } = JSON.parse(await readFile(join(hospital, 'ward.task.json'), 'utf8'));
    await writeFile(file, JSON.stringify(rest));
    const task = await readTaskFile(file);
    const prepared = prepareRegistration(parseChallenge(declared), task, join(hospital, 'data'));
    await expect(prepared).rejects.toMatchObject({ code: 'labels-observed' });
  });

  it('has the registered task, whatever the id of the challenge', async () => {
    const { id } = await readTaskFile(join(hospital, 'ward.task.json'));
    expect(await registeredTask(as('worker'), 'ward')).toBe(id);
    await expect(registeredTask(as('otherWorker'), 'ward')).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('is scored by a worker in the hospital, as the server would have scored it', {
    timeout: PATIENCE_MS,
  }, async () => {
    const ids = [
      await submit('red', 'practice', 28),
      await submit('blue', 'practice', 4),
      await submit('red', 'test', 20),
    ];
    expect(await worker('--until-empty').ended).toMatch(/^0 .*3 submissions scored/s);
    const seen = await see('red', ids[0]);
    // 28 of 30 answers are right, of 60 in gold: F1 = 56 / 90.
    expect(seen).toMatchObject({ state: 'scored', sheet: { subsets: { all: { examples: 30 } } } });
    expect(seen.score).toBeCloseTo(56 / 90, 10);
    expect(await see('red', ids[2])).toMatchObject({ state: 'scored', improved: true });
    const { rows } = await boardOf(site, await findChallenge(site, 'ward'), 'practice');
    expect(rows.map(({ team, groups }) => [team, groups])).toEqual([
      ['red', 'a'],
      ['blue', 'b'],
    ]);
    const [pair] = await site.kysely.selectFrom('pair').selectAll().execute();
    // Of 30 units 24 differ by half of what the score is made of: the error of the difference is near that of a share.
    expect(Math.abs(pair.difference)).toBeCloseTo(48 / 90, 10);
    expect(pair.standard_error).toBeGreaterThan(0.02);
    expect(pair.standard_error).toBeLessThan(0.08);
    expect(await readdir(home())).toEqual(['resamples.key']);
  });

  it('another worker takes the job of a killed one, and the late result is refused', {
    timeout: PATIENCE_MS,
  }, async () => {
    const id = await submit('blue', 'test', 9);
    const first = worker();
    const path = (attempt: number) => `/api/v1/challenges/ward/jobs/${id}/${attempt}`;
    // on an idle machine it may be scored before anyone looks
    const begun = async () => ['scoring', 'scored'].includes((await see('blue', id)).state);
    await eventually(async () => (await begun()) || undefined, 60_000);
    first.child.kill('SIGKILL');
    await first.ended;
    const { state } = await see('blue', id);
    if (state === 'scoring') {
      await expireLease(id);
      expect(await work()).toBe(1);
    }
    expect(await see('blue', id)).toMatchObject({ state: 'scored' });
    const again = await submit('blue', 'practice', 5);
    const client = as('worker');
    const { job } = await client.send('POST', '/api/v1/challenges/ward/jobs', {}, remoteJobSchema);
    expect(job).toMatchObject({ id: again, attempt: 1, split: 'dev' });
    await expireLease(again);
    expect(await work()).toBe(1);
    const before = await see('blue', again);
    const late = { sheet: before.sheet, replicates: [0.1, 0.2] };
    for (const at of [`${path(1).replace(id, again)}/result`, `${path(2).replace(id, again)}/result`])
      await expect(client.send('POST', at, late, remoteJobSchema)).rejects.toMatchObject({
        code: 'lease-ended',
      });
    await expect(client.bytes(`${path(1).replace(id, again)}/answers`)).rejects.toMatchObject({
      code: 'lease-ended',
    });
    expect(await see('blue', again)).toEqual(before);
  });

  it('only its workers get its jobs, and only its results are accepted', async () => {
    const id = await submit('red', 'practice', 11);
    for (const who of ['red', 'host', 'otherWorker'])
      await expect(
        as(who).send('POST', '/api/v1/challenges/ward/jobs', {}, remoteJobSchema),
      ).rejects.toMatchObject({
        code: 'forbidden',
      });
    const client = as('worker');
    const { job } = await client.send('POST', '/api/v1/challenges/ward/jobs', {}, remoteJobSchema);
    const path = `/api/v1/challenges/ward/jobs/${id}/${job?.attempt}`;
    for (const sheet of [{}, { schema: 'chineseblue/scores@2' }, null])
      await expect(
        client.send('POST', `${path}/result`, { sheet, replicates: [] }, remoteJobSchema),
      ).rejects.toMatchObject({ code: 'bad-result' });
    await expect(client.get(`/api/v1/submissions/${id}`, remoteJobSchema)).rejects.toMatchObject({
      code: 'no-submission',
    });
    await client.send('POST', `${path}/failure`, { reason: 'interrupted' }, doneSchema);
    expect((await see('red', id)).state).toBe('queued');
    await sql`update jobs.job set start_after = now()`.execute(site.kysely);
    expect(await work()).toBe(1);
  });

  it('a worker with another corpus, or one that is too small, does not start', async () => {
    const task = await readTaskFile(join(hospital, 'ward.task.json'));
    const dir = join(hospital, 'data');
    await expect(work({ leastCell: 31 })).rejects.toMatchObject({ code: 'too-few-items' });
    const other = { ...task, labels: [...task.labels, { id: 'q', meaning: { en: 'q', zh: 'q' } }] };
    await expect(work({ task: other })).rejects.toMatchObject({
      code: 'task-differs',
    });
    const dev = join(dir, 'ward', 'dev.jsonl');
    const written = await readFile(dev, 'utf8');
    await writeFile(dev, written.replace('第3条', '第三条'));
    await expect(work()).rejects.toMatchObject({
      code: 'questions-differ',
    });
    await writeFile(dev, written);
    await expect(work({ client: as('otherWorker') })).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('moves to another server with its scores, resamples and waiting jobs', async () => {
    const waiting = await submit('red', 'test', 25);
    const file = join(serverSide, 'site.jsonl.gz');
    await exportSite(site, file);
    const temporary = join(serverSide, 'second');
    const second = await openSite({ database: {}, temporary, workers: 1 });
    try {
      await importSite(second, file);
      const challenge = await findChallenge(second, 'ward');
      expect(await boardOf(second, challenge, 'practice')).toEqual(
        await boardOf(site, await findChallenge(site, 'ward'), 'practice'),
      );
      const all = (of: Site) => of.kysely.selectFrom('replicate').selectAll().orderBy('submission').execute();
      expect((await all(second)).length).toBeGreaterThan(3);
      expect(await all(second)).toEqual(await all(site));
      const queue = await second.queueOf(challenge.declared);
      expect((await queue.lease())?.data).toEqual({ submission: waiting });
      expect(await second.queue.lease()).toBeUndefined();
      expect(await followChain(entriesOf(second.kysely))).toMatchObject({ intact: true });
    } finally {
      await second.close();
    }
  });

  it('none of its gold reached the server: not on the wire, in the database or in files', async () => {
    expect(finds(await readFile(join(hospital, 'data', 'ward', 'test.jsonl')))).toBe(true);
    expect(CANARY.length).toBeGreaterThan(5);
    expect(wire.length).toBeGreaterThan(100);
    expect(wire.filter(findsInside)).toEqual([]);
    expect(faults).toEqual([]);
    const stored = await sql<{ bytes: Uint8Array }>`
      select questions as bytes from split union all select answers from submission where answers is not null
      union all select scores from replicate
    `.execute(site.kysely);
    for (const { bytes } of stored.rows) expect(findsInside(bytes)).toBe(false);
    const files = await filesOf(serverSide);
    expect(files.length).toBeGreaterThan(100);
    for (const file of files) expect([file, findsInside(await readFile(file))]).toEqual([file, false]);
  });
});
