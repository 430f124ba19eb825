import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, it as anywhere, beforeAll, describe, expect } from 'vitest';
import { openDataset } from '../datasets/dataset.ts';
import { samplesDir } from '../datasets/directory.ts';
import { finite } from '../ground/json.ts';
import { postgresPrograms, startPostgres, type TestPostgres } from '../jobs/fixtures/postgres.ts';
import { readAnyPredictions } from '../scoring/corpus-format.ts';
import { scorePredictions } from '../scoring/score-sheet.ts';
import { findTask } from '../tasks/registry.ts';
import { entriesOf, followChain } from './audit-log.ts';
import { boardOf } from './board.ts';
import type { PhaseName } from './challenge.ts';
import { findChallenge, reencryptGold, setState } from './challenges.ts';
import { eventually, openTestSite, type TestSite } from './fixtures/site.ts';
import { createKey, decrypt, parseKeyring } from './keyring.ts';
import { boardVersion } from './standing.ts';
import { submit } from './submit.ts';
import { viewSubmission } from './view.ts';

let test: TestSite;

const submitFile = (team: string, phase: PhaseName, file: string, system = 'one') =>
  submit(test.site, { challenge: 'ic', phase, team, system, card: { seeds: '1' }, file });
const view = (team: string, id: string) => viewSubmission(test.site, { role: 'team', team }, id);
const ended = (team: string, id: string) =>
  eventually(async () => {
    const found = await view(team, id);
    return found.ended === undefined ? undefined : found;
  });
const board = async (phase: PhaseName) => boardOf(test.site, await findChallenge(test.site, 'ic'), phase);

const programs = postgresPrograms();

describe.each(['pglite', 'postgres'] as const)('submissions on %s', (engine) => {
  const absent = engine === 'postgres' && programs === undefined;
  const it = anywhere.skipIf(absent);
  let server: TestPostgres | undefined;
  beforeAll(async () => {
    if (absent) return;
    if (engine === 'postgres') server = await startPostgres(programs!);
    test = await openTestSite(server ? { url: server.url } : {});
  }, 400_000);
  afterAll(async () => {
    if (!absent) await test.close();
    server?.stop();
  });

  it('a practice submission is scored, with its whole sheet', async () => {
    const id = await submitFile('red', 'practice', await test.answersFile(12, 'dev'));
    const seen = await ended('red', id);
    expect(seen).toMatchObject({ state: 'scored', improved: true, card: { seeds: '1' } });
    expect(seen.score).toBeCloseTo(1 - 12 / 45, 10);
    expect(seen.sheet?.subsets.all.examples).toBe(45);
    expect((await board('practice')).rows).toMatchObject([{ team: 'red', system: 'one', submissions: 1 }]);
    await expect(view('blue', id)).rejects.toMatchObject({ code: 'no-submission' });
  });

  it('a blind phase reveals only the score of the Ladder, and enforces the quota', async () => {
    const first = await ended('blue', await submitFile('blue', 'test', await test.answersFile(30)));
    expect(first).toMatchObject({ state: 'scored', score: 0.5, improved: true });
    expect(first.sheet).toBeUndefined();
    expect(JSON.stringify(first)).not.toContain('low');
    const near = await ended('blue', await submitFile('blue', 'test', await test.answersFile(29)));
    expect(near).toMatchObject({ score: 0.5, improved: false });
    const better = await ended('blue', await submitFile('blue', 'test', await test.answersFile(5)));
    expect(better).toMatchObject({ score: 0.917, improved: true });
    const again = await submitFile('blue', 'test', await test.answersFile(5));
    expect(again).toBe(better.id);
    await ended('blue', await submitFile('blue', 'test', await test.answersFile(4)));
    await expect(submitFile('blue', 'test', await test.answersFile(3))).rejects.toMatchObject({
      code: 'quota-spent',
    });
  });

  it('a malformed file is rejected with line numbers, and does not count against the quota', async () => {
    const file = join(test.directory, 'bad.jsonl');
    await writeFile(file, '{"id": "0", "label": 7}\n{"id": "0", "label": "1"}\nnot json\n');
    const rejected = await view('red', await submitFile('red', 'test', file));
    expect(rejected).toMatchObject({ state: 'rejected' });
    expect(rejected).not.toHaveProperty('score');
    expect(rejected.problems?.map(({ line, code }) => [line, code])).toContainEqual([3, 'not-json']);
    const { rows } = await sql<{ count: number | string }>`
    select count(*) as count from submission where team = 'red' and phase = 'test' and state = 'queued'
  `.execute(test.site.kysely);
    expect(Number(rows[0].count)).toBe(0);
  });

  it('rejected files have a separate limit per day, phase and team', async () => {
    const bad = (i: number) => new TextEncoder().encode(`not json ${i}\n`);
    const submitted = { challenge: 'ic', phase: 'practice', team: 'blue', system: 'one', card: {} } as const;
    const uploads = await Promise.allSettled(
      [0, 1, 2, 3, 4].map((i) => submit(test.site, { ...submitted, file: bad(i) })),
    );
    const refusals = uploads.flatMap((upload) => (upload.status === 'rejected' ? [upload.reason.code] : []));
    expect(refusals).toEqual(['rejections-spent', 'rejections-spent']);
    const good = await test.answersFile(40, 'dev');
    const { challenge, phase, team } = submitted;
    const rejected = test.site.kysely
      .updateTable('submission')
      .where('challenge', '=', challenge)
      .where('phase', '=', phase)
      .where('team', '=', team);
    await rejected.set({ received: new Date(Date.now() - 23 * 60 * 60_000) }).execute();
    const spent = await submitFile('blue', 'practice', good).catch((error) => error);
    const wait = new Date(/accepted from (\S+)/.exec(spent.message)![1]).getTime() - Date.now();
    expect([spent.code, Math.round(wait / 60_000)]).toEqual(['rejections-spent', 60]);
    await submitFile('red', 'practice', good, 'beside');
    await rejected.set({ received: new Date(Date.now() - 25 * 60 * 60_000) }).execute();
    expect(await view('blue', await submitFile('blue', 'practice', good))).toMatchObject({ system: 'one' });
  });

  it('challenges declared before that limit existed have its default', async () => {
    const { kysely } = test.site;
    const { declared } = await findChallenge(test.site, 'ic');
    const older = JSON.stringify(declared, (key, value) => (key === 'rejected' ? undefined : value));
    await kysely.updateTable('challenge').set({ declared: older }).execute();
    const { phases } = (await findChallenge(test.site, 'ic')).declared;
    expect(phases.practice?.quota).toEqual({ day: 10, total: 1000, rejected: 100 });
    await kysely
      .updateTable('challenge')
      .set({ declared: JSON.stringify(declared) })
      .execute();
  });

  it('the board groups systems that do not differ significantly', async () => {
    await ended('red', await submitFile('red', 'test', await test.answersFile(6)));
    const { rows } = await board('test');
    expect(rows.map(({ team, score, groups }) => [team, score, groups])).toEqual([
      ['blue', 0.917, 'a'],
      ['red', 0.9, 'a'],
    ]);
    expect(rows[0]).not.toHaveProperty('low');
  });

  it('the final phase reveals nothing before it closes, and then everything', async () => {
    const id = await submitFile('red', 'final', await test.answersFile(2));
    const before = await ended('red', id);
    expect(before.state).toBe('scored');
    for (const kept of ['score', 'improved', 'sheet']) expect(before).not.toHaveProperty(kept);
    expect(await board('final')).toMatchObject({ sealed: true, rows: [] });
    await setState(test.site, { role: 'admin' }, 'ic', 'closed');
    const after = await view('red', id);
    expect(after.score).toBeCloseTo(1 - 2 / 60, 10);
    expect((await board('final')).rows).toHaveLength(1);
    await expect(submitFile('red', 'final', await test.answersFile(1))).rejects.toMatchObject({
      code: 'challenge-closed',
    });
    await setState(test.site, { role: 'admin' }, 'ic', 'open');
  });

  it('results that a blind phase withheld get their intervals when first shown', async () => {
    const { kysely } = test.site;
    const stored = () =>
      kysely
        .selectFrom('submission')
        .select(['id', 'brief', 'improved', 'sheet', 'low'])
        .where('team', '=', 'blue')
        .where('phase', '=', 'test')
        .where('state', '=', 'scored')
        .orderBy('received')
        .execute();
    const before = await stored();
    expect(before.map(({ brief, improved }) => [brief, improved])).toEqual([
      [false, true],
      [true, false],
      [false, true],
      [true, false],
    ]);
    const near = before[1];
    expect(near.low).toBeNull();
    expect(near.sheet?.subsets.all.scores.some(({ interval }) => interval)).toBe(false);
    await setState(test.site, { role: 'admin' }, 'ic', 'closed');
    const version = await boardVersion(kysely, 'ic', 'test');
    const { sheet } = await view('blue', near.id);
    await setState(test.site, { role: 'admin' }, 'ic', 'open');
    const { task, split } = await openDataset({ task: findTask('cMedIC'), dir: samplesDir() });
    const { examples, synthetic } = await split('test');
    const { predictions } = await readAnyPredictions(await test.answersFile(29), task, examples);
    const whole = scorePredictions({ task, synthetic, examples, predictions });
    expect(sheet).toEqual(JSON.parse(JSON.stringify(whole, finite)));
    const [, kept] = await stored();
    expect(kept).toMatchObject({ brief: false, sheet, low: whole.subsets.all.scores[0].interval?.low });
    expect(await boardVersion(kysely, 'ic', 'test')).toBe(version);
  });

  it('when a scoring process is killed, another scores its submission, once', async () => {
    const id = await submitFile('red', 'practice', await test.answersFile(3, 'dev'), 'killed');
    await eventually(async () => ((await view('red', id)).state === 'queued' ? undefined : true));
    for (const pid of test.site.children.pids()) process.kill(pid, 'SIGKILL');
    expect(await ended('red', id)).toMatchObject({ state: 'scored' });
    const log = await test.site.kysely
      .selectFrom('audit')
      .select('action')
      .where('subject', '=', id)
      .orderBy('seq')
      .execute();
    expect(log.map(({ action }) => action)).toEqual(['submission-queued', 'submission-scored']);
  });

  it('a submission that cannot be scored fails for good, and is refunded', async () => {
    const { kysely } = test.site;
    const row = await kysely
      .selectFrom('split')
      .selectAll()
      .where('name', '=', 'dev')
      .executeTakeFirstOrThrow();
    await kysely
      .updateTable('split')
      .set({ sealed_gold: new Uint8Array(64) })
      .where('name', '=', 'dev')
      .execute();
    const id = await submitFile('blue', 'practice', await test.answersFile(3, 'dev'), 'broken');
    const failed = await eventually(async () => {
      await sql`update jobs.job set start_after = now()`.execute(kysely);
      const found = await view('blue', id);
      return found.ended === undefined ? undefined : found;
    });
    expect(failed).toMatchObject({ state: 'failed' });
    await kysely
      .updateTable('split')
      .set({ sealed_gold: row.sealed_gold })
      .where('name', '=', 'dev')
      .execute();
    const log = await kysely
      .selectFrom('audit')
      .select('detail')
      .where('subject', '=', id)
      .orderBy('seq', 'desc')
      .execute();
    expect(JSON.parse(log[0].detail)).toEqual({ reason: 'not-authentic' });
  });

  it('gold is re-encrypted, all or none, after which no older key is needed', async () => {
    const { kysely } = test.site;
    const keyFile = join(test.directory, 'gold.key');
    const old = await readFile(keyFile, 'utf8');
    const before = await kysely.selectFrom('split').select('sealed_gold').execute();
    await writeFile(keyFile, createKey());
    for (const pid of test.site.children.pids()) process.kill(pid, 'SIGKILL');
    const reencrypt = () =>
      eventually(() =>
        reencryptGold(test.site, { role: 'admin' }).catch((error) => {
          if (error.code !== 'worker-died') throw error;
          return undefined;
        }),
      );
    await expect(reencrypt()).rejects.toMatchObject({ code: 'key-missing' });
    expect(await kysely.selectFrom('split').select('sealed_gold').execute()).toEqual(before);
    const young = createKey();
    await writeFile(keyFile, `${young}\n${old}`);
    for (const pid of test.site.children.pids()) process.kill(pid, 'SIGKILL');
    expect(await reencrypt()).toBe(2);
    const after = await kysely.selectFrom('split').select(['name', 'sealed_gold']).execute();
    for (const { name, sealed_gold: sealed } of after)
      expect(decrypt(sealed!, `gold of ic, ${name}`, parseKeyring(young, 'young')).length).toBeGreaterThan(
        50,
      );
  });

  it('the audit log of these tests is intact', async () => {
    expect(await followChain(entriesOf(test.site.kysely))).toMatchObject({ intact: true });
  });
});
