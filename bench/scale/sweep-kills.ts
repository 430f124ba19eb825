/**
 * A sweep on PostgreSQL (Debian's packages) with four workers, a random one of which is killed with SIGKILL every ten seconds,
 * compared with one local process. Fails if a byte of predictions or scores differs, or a run is lost or counted twice.
 *
 *   npx node bench/scale/sweep-kills.ts                                       all baselines on all samples
 *   npx node bench/scale/sweep-kills.ts --data-dir ../shared/chineseblue/data quick models on real corpora, 206 evaluations
 *
 * On real corpora there are 22 evaluations without a seed, and `--seeded` (184) of fasttext over `--seeded-tasks` (four);
 * `--seeded-tasks cMedIC` keeps them short. `--kill-every` is in seconds. `--runs-in directory` uses a shared directory
 * instead of the database.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import { samplesDir } from '../../src/datasets/directory.ts';
import { openSweepQueue } from '../../src/evaluation/sweep-queue.ts';
import { createRandom } from '../../src/ground/random.ts';
import { postgresPrograms, startPostgres } from '../../src/jobs/fixtures/postgres.ts';

const { values } = parseArgs({
  options: {
    'data-dir': { type: 'string' },
    'runs-in': { type: 'string', default: 'database' },
    'kill-every': { type: 'string', default: '10' },
    seeded: { type: 'string', default: '184' },
    'seeded-tasks': { type: 'string', default: 'cMedQQ,cMedQA,cMedIC,cMedTC' },
  },
});
const WORKERS = 4;
const seeds = (count: number): string => Array.from({ length: count }, (_, i) => i).join();
const seededTasks = values['seeded-tasks'];
const perTask = Math.ceil(Number(values.seeded) / seededTasks.split(',').length);
const fasttext = ['--model', 'fasttext', '--param', 'epochs=1', '--seed', seeds(perTask)];
/** The commands of the sweep. */
const SWEEP = values['data-dir']
  ? [
      ['--model', 'majority,bm25,knn,linear,lexicon'],
      ['--task', seededTasks, ...fasttext],
    ]
  : [['--model', 'all-baselines', '--seed', seeds(3)]];
const bin = new URL('../../bin/chineseblue.js', import.meta.url).pathname;
const programs = postgresPrograms();
if (!programs) throw new Error('PostgreSQL is not installed');
const folder = mkdtempSync(join(tmpdir(), 'sweep-kills-'));
const server = await startPostgres(programs);
const random = createRandom(1);
const workers: ChildProcess[] = [];
const scratch = values['runs-in'] === 'database' ? ['--runs-dir', join(folder, 'scratch')] : [];
const start = (): void =>
  void workers.push(
    spawn(process.execPath, [bin, 'worker', '--queue', server.url, ...scratch], { stdio: 'ignore' }),
  );
const commandsOf = (runs: string): string[][] =>
  SWEEP.map((sweep) => [
    ...[bin, 'run', ...sweep, '--data-dir', values['data-dir'] ?? samplesDir()],
    ...['--runs-dir', join(folder, runs), '--json'],
  ]);
const bytesOf = (runs: string): string[] =>
  readdirSync(join(folder, runs))
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      ['predictions.jsonl', 'scores.json'].map(
        (file) => `${name} ${readFileSync(join(folder, runs, name, file), 'hex')}`,
      ),
    );
const secondsSince = (began: number): number => (performance.now() - began) / 1000;

try {
  for (let i = 0; i < WORKERS; i++) start();
  let kills = 0;
  const killing = setInterval(() => {
    const [victim] = workers.splice(random.below(workers.length), 1);
    victim.kill('SIGKILL');
    kills++;
    start();
  }, Number(values['kill-every']) * 1000);
  let began = performance.now();
  const queue = ['--queue', server.url, '--runs-in', values['runs-in']];
  const ends = commandsOf('swept').map((words) => {
    const command = spawn(process.execPath, [...words, ...queue], { stdio: ['ignore', 'ignore', 'inherit'] });
    return new Promise((resolve) => command.once('exit', resolve));
  });
  const codes = await Promise.all(ends);
  clearInterval(killing);
  const sweptSeconds = secondsSince(began);
  for (const worker of workers) worker.kill('SIGTERM');
  began = performance.now();
  for (const words of commandsOf('local'))
    execFileSync(process.execPath, [...words, '--jobs', '1'], { stdio: 'ignore' });
  const localSeconds = secondsSince(began);
  const sweeps = await openSweepQueue(server.url);
  const { rows } = await sql`select (select count(*)::int from sweep_outcome) as outcomes,
    (select count(distinct job)::int from sweep_outcome) as jobs,
    (select count(*)::int from jobs.job where name = 'sweep' and retry_count > 0) as again`.execute(
    sweeps.database.kysely,
  );
  await sweeps.close();
  const [swept, local] = ['swept', 'local'].map(bytesOf);
  const isEqual = JSON.stringify(swept) === JSON.stringify(local);
  const [counts] = rows as { outcomes: number; jobs: number; again: number }[];
  const result = {
    date: new Date().toISOString(),
    cpu: cpus()[0].model,
    load: loadavg()[1],
    corpora: values['data-dir'] ? 'real' : 'samples',
    runsIn: values['runs-in'],
    ...{ codes, runs: swept.length / 2, kills, ...counts, isEqual, sweptSeconds, localSeconds },
  };
  console.log(result);
  const results = new URL('../results/', import.meta.url).pathname;
  mkdirSync(results, { recursive: true });
  const file = join(results, `sweep-kills-${result.corpora}.json`);
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  if (!isEqual || counts.outcomes !== result.runs) process.exitCode = 1;
} finally {
  for (const worker of workers) worker.kill('SIGKILL');
  server.stop();
  rmSync(folder, { recursive: true, force: true });
}
