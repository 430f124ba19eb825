/**
 * A sweep on PostgreSQL (Debian's programs) with four workers of which one is killed by SIGKILL every ten seconds, against
 * a local run, all baselines on all samples: `npx node bench/scale/sweep-kills.ts`. Fails where a byte of predictions or scores differs.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { samplesDir } from '../../src/datasets/directory.ts';
import { openSweepQueue } from '../../src/evaluation/sweep-queue.ts';
import { postgresPrograms, startPostgres } from '../../src/jobs/fixtures/postgres.ts';

const WORKERS = 4;
const KILL_EVERY_MS = 10_000;
const bin = new URL('../../bin/chineseblue.js', import.meta.url).pathname;
const programs = postgresPrograms();
if (!programs) throw new Error('PostgreSQL is not installed');
const folder = mkdtempSync(join(tmpdir(), 'sweep-kills-'));
const server = await startPostgres(programs);
const workers: ChildProcess[] = [];
const start = (): void =>
  void workers.push(spawn(process.execPath, [bin, 'worker', '--queue', server.url], { stdio: 'ignore' }));
const sweep = ['run', '--model', 'all-baselines', '--seed', '0,1,2'];
const commandOf = (runs: string): string[] => [
  ...[bin, ...sweep, '--data-dir', samplesDir(), '--runs-dir', join(folder, runs), '--json'],
];
const bytesOf = (runs: string): string[] =>
  readdirSync(join(folder, runs))
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      ['predictions.jsonl', 'scores.json'].map(
        (file) => `${name} ${readFileSync(join(folder, runs, name, file), 'hex')}`,
      ),
    );

try {
  for (let i = 0; i < WORKERS; i++) start();
  let kills = 0;
  const killing = setInterval(() => {
    workers.shift()?.kill('SIGKILL');
    kills++;
    start();
  }, KILL_EVERY_MS);
  const began = performance.now();
  const command = spawn(process.execPath, [...commandOf('swept'), '--queue', server.url], {
    stdio: 'ignore',
  });
  const code = await new Promise((resolve) => command.once('exit', resolve));
  clearInterval(killing);
  const seconds = (performance.now() - began) / 1000;
  for (const worker of workers) worker.kill('SIGTERM');
  execFileSync(process.execPath, [...commandOf('local'), '--jobs', '2'], { stdio: 'ignore' });
  const sweeps = await openSweepQueue(server.url);
  const { rows } = await sql`select (select count(*) from sweep_outcome) as outcomes,
    (select count(*) from jobs.job where name = 'sweep' and retry_count > 0) as again`.execute(
    sweeps.database.kysely,
  );
  await sweeps.close();
  const [swept, local] = ['swept', 'local'].map(bytesOf);
  const isEqual = JSON.stringify(swept) === JSON.stringify(local);
  console.log({ code, runs: swept.length / 2, seconds, kills, ...(rows[0] as object), isEqual });
  if (!isEqual) process.exitCode = 1;
} finally {
  for (const worker of workers) worker.kill('SIGKILL');
  server.stop();
  rmSync(folder, { recursive: true, force: true });
}
