import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { samplesDir } from '../datasets/directory.ts';
import { completePlan } from '../evaluation/plan.ts';
import { findTask } from '../tasks/registry.ts';
import { runMain } from './fixtures/run-main.ts';
import { writeSlurm } from './slurm.ts';

const BIN = fileURLToPath(new URL('../../bin/chineseblue.js', import.meta.url));
const LOOK = ['run', '--task', 'cMedIC', '--model', 'majority,linear', '--param', 'min-df=3'];
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "slurm's "));
});
afterAll(() => rmSync(folder, { recursive: true }));

const bytesOf = (runs: string): [string, string][] =>
  readdirSync(join(folder, runs)).map((run) => [
    run,
    readFileSync(join(folder, runs, run, 'scores.json'), 'hex'),
  ]);
const run = (runs: string, ...more: string[]) =>
  runMain(...LOOK, '--data-dir', samplesDir(), '--runs-dir', join(folder, runs), ...more);

it('the tasks of the array perform the runs of the command', { timeout: 300_000 }, async () => {
  const script = join(folder, 'job.sh');
  expect((await run('array', '--slurm', script)).stdout).toContain('2 evaluations');
  expect(readFileSync(script, 'utf8')).toContain('#SBATCH --array=0-1\n');
  for (const index of ['0', '1']) {
    const env = { ...process.env, SLURM_ARRAY_TASK_ID: index, CHINESEBLUE: `${process.execPath} ${BIN}` };
    execFileSync('bash', [script], { env, stdio: 'ignore' });
  }
  await run('local', '--jobs', '1');
  expect(bytesOf('array')).toEqual(bytesOf('local'));
  expect(bytesOf('array')).toHaveLength(2);
});

it('has no more tasks than Slurm allows; they perform the rest one after another', async () => {
  const script = join(folder, 'many.sh');
  const request = { task: findTask('cMedIC'), model: 'majority', dataDir: samplesDir() };
  const plans = Array.from({ length: 2500 }, (_, seed) => completePlan({ ...request, seed }));
  await writeSlurm(script, plans);
  expect(readFileSync(script, 'utf8')).toContain('#SBATCH --array=0-999\n');
  const seedsOf = (index: string, command: string): string[] => {
    const env = { ...process.env, SLURM_ARRAY_TASK_ID: index, CHINESEBLUE: command };
    const { stdout, status } = spawnSync('bash', [script], { env, encoding: 'utf8' });
    return [...stdout.matchAll(/--seed (\d+)/g)].map(([, seed]) => seed).concat(`ends with ${status}`);
  };
  expect(seedsOf('7', 'echo')).toEqual(['7', '1007', '2007', 'ends with 0']);
  expect(seedsOf('700', 'echo')).toEqual(['700', '1700', 'ends with 0']);
  expect(seedsOf('700', 'false')).toEqual(['ends with 1']);
});

it('has a task for each value of a parameter on each fold', async () => {
  const script = join(folder, 'grid.sh');
  const grid = ['--model', 'linear', '--param', 'c=0.1,min-df=3,c=1', '--folds'];
  expect((await run('grid', ...grid, '--slurm', script)).stdout).toContain('10 evaluations');
  expect(readFileSync(script, 'utf8')).toMatch(/'--split' 'fold-5-of-5@1' .*'--param' 'c=1,min-df=3'/);
  expect((await run('grid', ...grid, '--split', 'dev', '--slurm', script)).stderr).toContain(
    'options-together',
  );
});

it('refuses models and options that Slurm jobs cannot use', async () => {
  const remote = ['--model', 'llm:any', '--endpoint', 'http://127.0.0.1:9/v1', '--param', 'temperature=0'];
  const script = join(folder, 'none.sh');
  expect((await run('none', ...remote, '--slurm', script)).stderr).toContain('slurm-model');
  expect((await run('none', '--force', '--slurm', script)).stderr).toContain('options-together');
  expect(readdirSync(folder)).not.toContain('none.sh');
});
