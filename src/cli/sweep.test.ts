import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { samplesDir } from '../datasets/directory.ts';
import { foldSplits } from '../datasets/schemes/registry.ts';
import { completePlan } from '../evaluation/plan.ts';
import { makePlans } from '../evaluation/plans.ts';
import { awaitSweep, enqueueSweep, type SweepState } from '../evaluation/sweep.ts';
import { openSweepQueue } from '../evaluation/sweep-queue.ts';
import { UserError } from '../ground/errors.ts';
import { postgresPrograms, startPostgres, type TestPostgres } from '../jobs/fixtures/postgres.ts';
import { findTask } from '../tasks/registry.ts';
import { runMain } from './fixtures/run-main.ts';

const BIN = fileURLToPath(new URL('../../bin/chineseblue.js', import.meta.url));
const SWEEP = ['--task', 'cMedIC,cMedQQ', '--model', 'majority,linear', '--data-dir', samplesDir()];
/** Record, predictions and scores. */
const FILES_OF_RUN = 3;
const programs = postgresPrograms();
/** A table without the fitting times, which precede the convention. */
const withoutSeconds = (table: string): string => table.replace(/\d+\.\d(?=\s+\S+@\d)/g, '');

describe.skipIf(programs === undefined)('a sweep on PostgreSQL', () => {
  let server: TestPostgres;
  let folder: string;
  const workers: ChildProcess[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sweep-'));
    server = await startPostgres(programs!);
  }, 600_000);
  afterEach(() => {
    for (const worker of workers) worker.kill('SIGKILL');
  });
  afterAll(() => {
    server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const startWorker = (...more: string[]): { child: ChildProcess; ended: Promise<number | null> } => {
    const child = spawn(process.execPath, [BIN, 'worker', '--queue', server.url, ...more], {
      stdio: 'ignore',
    });
    workers.push(child);
    return { child, ended: new Promise((resolve) => child.once('exit', resolve)) };
  };
  const run = (runs: string, ...more: string[]) =>
    runMain('run', ...SWEEP, '--runs-dir', join(folder, runs), ...more);
  /** The predictions and scores of every run. */
  const bytesOf = (runs: string): [string, string, string][] =>
    readdirSync(join(folder, runs))
      .filter((name) => !name.startsWith('.'))
      .map((name) => {
        const at = (file: string): string => readFileSync(join(folder, runs, name, file), 'hex');
        return [name, at('predictions.jsonl'), at('scores.json')];
      });

  it.each([
    ['directory', 'shared', 'shared'],
    ['database', 'fetched', 'scratch'],
  ])(
    'of runs in a %s has the table and the bytes of a local one although a worker is killed',
    {
      timeout: 600_000,
    },
    async (runsIn, runs, work) => {
      const toWorker = runsIn === 'database' ? ['--runs-dir', join(folder, work)] : [];
      const doomed = startWorker(...toWorker);
      const sweeping = run(runs, '--queue', server.url, '--runs-in', runsIn, '--progress');
      const attempts = join(folder, work, '.attempts');
      while (!existsSync(attempts) || readdirSync(attempts).length === 0) await delay(5);
      doomed.child.kill('SIGKILL');
      await doomed.ended;
      const second = startWorker(...toWorker);
      const swept = await sweeping;
      const local = await run('local', '--jobs', '1');
      expect(withoutSeconds(swept.stdout)).toBe(withoutSeconds(local.stdout));
      expect(swept.status).toBe(0);
      expect(swept.stderr.match(/^cMed(IC|QQ) (majority|linear) s0: done$/gm)).toHaveLength(4);
      expect(bytesOf(runs)).toEqual(bytesOf('local'));
      expect(bytesOf(runs)).toHaveLength(4);
      second.child.kill('SIGTERM');
      await second.ended;
      expect(readdirSync(attempts)).toEqual([]);
      const sweeps = await openSweepQueue(server.url);
      const { rows } = await sql<{ ended: string; most: number }>`
      select (select count(*) from sweep_outcome) as ended, max(retry_count) as most
      from jobs.job where name = 'sweep'`.execute(sweeps.database.kysely);
      await sweeps.close();
      expect(rows).toEqual([{ ended: runsIn === 'directory' ? '4' : '8', most: 1 }]);
    },
  );

  it('fetches runs from the database, and only once', { timeout: 600_000 }, async () => {
    const twice = await run('again', '--queue', server.url);
    expect(twice.status).toBe(0);
    expect(bytesOf('again')).toEqual(bytesOf('local'));
    expect(readdirSync(join(folder, 'again')).sort()).toEqual(bytesOf('local').map(([name]) => name));
    const sweeps = await openSweepQueue(server.url);
    const { rows } = await sql<{ runs: string; files: string; stale: string }>`
      select (select count(*) from sweep_run) as runs, (select count(*) from sweep_file) as files,
        (select count(*) from sweep_blob where sha256 not in (select sha256 from sweep_file)) as stale
    `.execute(sweeps.database.kysely);
    expect(rows).toEqual([{ runs: '4', files: String(4 * FILES_OF_RUN), stale: '0' }]);
    await sql`update sweep_blob set content = 'x'`.execute(sweeps.database.kysely);
    const damaged = await run('damaged', '--queue', server.url);
    expect(damaged.status).not.toBe(0);
    expect(damaged.stderr).toContain('stored-run-damaged');
    expect(readdirSync(join(folder, 'damaged'))).toEqual([]);
    await sql`update sweep_run set stored_at = now() - interval '31 days'`.execute(sweeps.database.kysely);
    await sweeps.close();
    const later = await openSweepQueue(server.url);
    const left = await sql`select sha256 from sweep_blob union all select run from sweep_run`.execute(
      later.database.kysely,
    );
    await later.close();
    expect(left.rows).toEqual([]);
  });

  it('enqueues no kept run, and reports what a worker could not do', {
    timeout: 600_000,
  }, async () => {
    const kept = await run('local', '--queue', server.url, '--no-wait', '--json');
    expect(JSON.parse(kept.stdout)).toMatchObject({ enqueued: 0, kept: 4 });
    const elsewhere = startWorker('--data-dir', join(folder, 'nowhere'));
    const { status, stderr } = await run('failing', '--queue', server.url, '--model', 'majority');
    expect(status).not.toBe(0);
    expect(stderr).toContain(join(folder, 'nowhere'));
    elsewhere.child.kill('SIGTERM');
    expect(await elsewhere.ended).not.toBe(null);
    expect(await startWorker('--until-empty').ended).toBe(0);
  });

  it('enqueues no evaluation that cannot start, without stopping the others', async () => {
    const sweeps = await openSweepQueue(server.url);
    const request = { task: findTask('cMedIC'), model: 'majority', root: join(folder, 'local') };
    const plans = ['nowhere', samplesDir()].map((dataDir) => completePlan({ ...request, dataDir }));
    const sweep = await enqueueSweep(sweeps, plans, 'directory');
    const outcomes = await awaitSweep(sweeps, sweep);
    await sweeps.close();
    expect(outcomes).toMatchObject([{ error: expect.any(UserError) }, { run: expect.anything() }]);
  });

  it('counts the fitting of a slow model as more work than a fast evaluation', async () => {
    const sweeps = await openSweepQueue(server.url);
    const request = { task: findTask('cMedIC'), dataDir: samplesDir(), root: join(folder, 'local') };
    const plans = ['majority', 'bert'].map((model) => completePlan({ ...request, model }));
    const sweep = await enqueueSweep(sweeps, plans, 'directory');
    const states: SweepState[] = [];
    const stop = new AbortController();
    const onState = (state: SweepState): void => {
      states.push(state);
      stop.abort(new Error('seen'));
    };
    await expect(awaitSweep(sweeps, sweep, { signal: stop.signal, onState })).rejects.toThrow('seen');
    await sql`delete from jobs.job where data ->> 'sweep' = ${sweep.id}`.execute(sweeps.database.kysely);
    await sweeps.close();
    expect(states[0]).toMatchObject({ done: 1, all: 2 });
    expect(states[0].share).toBeLessThan(0.1);
  });

  it('enqueues every value of a parameter on every fold', async () => {
    const sweeps = await openSweepQueue(server.url);
    const request = { tasks: [findTask('cMedIC')], models: ['majority', 'linear'], seeds: [0], folds: true };
    const place = { dataDir: samplesDir(), root: join(folder, 'none'), source: 'primary' as const };
    const { plans } = makePlans({
      ...{ ...request, ...place, parameters: {}, grid: [{ c: 1 }, { c: 2 }], keepModel: false, force: false },
    });
    const sweep = await enqueueSweep(sweeps, plans, 'database');
    const { rows } = await sql<{ run: string; split: string; c: string | null }>`
      delete from jobs.job where data ->> 'sweep' = ${sweep.id}
      returning data ->> 'run' as run, data #>> '{plan,split}' as split, data #>> '{plan,parameters,c}' as c
    `.execute(sweeps.database.kysely);
    await sweeps.close();
    expect(new Set(rows.map(({ run }) => run))).toEqual(new Set(sweep.plans.map(({ run }) => run)));
    expect(rows.map(({ split, c }) => `${split} ${c}`).sort()).toEqual(
      foldSplits.flatMap((fold) => [`${fold} 1`, `${fold} 2`, `${fold} null`]),
    );
  });

  it('refuses models that must run in this process', async () => {
    const remote = ['--model', 'llm:any', '--endpoint', 'http://127.0.0.1:9/v1'];
    expect((await run('none', ...remote, '--queue', server.url)).stderr).toContain('queue-model');
    const ensemble = ['--task', 'cMedIC', '--model', 'ensemble', '--param', 'runs=a+b'];
    expect((await run('none', ...ensemble, '--queue', server.url)).stderr).toContain('queue-members');
  });
});

it('requires the URL of a PostgreSQL database as queue', async () => {
  const refused = await runMain('run', ...SWEEP, '--queue', 'directory');
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain('queue-not-shared');
  expect((await runMain('worker', '--queue', 'pglite://here', '--lang', 'zh')).stderr).toContain('PGlite');
  expect((await runMain('worker')).stderr).toContain('--queue or --server is required');
  expect((await runMain('run', '--force', '--queue', 'postgres://x/y')).stderr).toContain('options-together');
});
