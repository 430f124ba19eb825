import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { samplesDir } from '../datasets/directory.ts';
import { runMain } from './fixtures/run-main.ts';

const directory = mkdtempSync(join(tmpdir(), 'suite-'));
afterAll(() => rmSync(directory, { recursive: true }));

const SUITE = ['run', '--suite', 'chineseblue', '--model', 'majority', '--data-dir', samplesDir()];

it('run --suite averages over the available tasks', { timeout: 120_000 }, async () => {
  const { status, stdout } = await runMain(...SUITE, '--runs-dir', directory, '--json');
  expect(status).toBe(0);
  const { suite, missing, averages, runs } = JSON.parse(stdout);
  expect([suite, missing, runs.length]).toEqual(['chineseblue', [], 9]);
  expect(averages).toHaveLength(1);
  expect(averages[0]).toMatchObject({ model: 'majority', interval: { level: 0.95 } });
  expect(averages[0].tasks).toHaveLength(9);
});

it('run --suite cannot be combined with tasks, and names unknown suites', async () => {
  const both = await runMain(...SUITE, '--task', 'cMedQQ', '--runs-dir', directory);
  expect([both.status, both.stderr]).toEqual([2, expect.stringContaining('--suite')]);
  const unknown = await runMain('run', '--suite', 'clue', '--lang', 'zh');
  expect([unknown.status, unknown.stderr]).toEqual([2, expect.stringContaining('没有任务集')]);
});

it('run fails where no task has its data, and says how to get them', async () => {
  const empty = mkdtempSync(join(directory, 'empty-'));
  const { status, stderr } = await runMain(
    'run',
    '--suite',
    'cblue',
    '--model',
    'majority',
    '--data-dir',
    empty,
  );
  expect([status, stderr]).toEqual([3, expect.stringMatching(/data get cblue[\s\S]*\[nothing-at-hand\]/)]);
});
