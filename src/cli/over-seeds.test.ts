import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { samplesDir } from '../datasets/directory.ts';
import { readRecord, writeRecord } from '../evaluation/store.ts';
import { runMain } from './fixtures/run-main.ts';

const folder = mkdtempSync(join(tmpdir(), 'chineseblue-over-seeds-'));
const runsDir = join(folder, 'runs');
const page = join(folder, 'results.md');
const nowhere = ['--data-dir', join(folder, 'nowhere')];

afterAll(() => rmSync(folder, { recursive: true }));

/** The mean, the ends of its interval and the number of runs in a table. */
const shownIn = (text: string, pattern: RegExp): number[] => (pattern.exec(text) ?? []).slice(1).map(Number);
const TABLE = /fasttext .* ([\d.]+) \[([\d.]+), ([\d.]+)\]†? ± [\d.]+ \((\d)\)/;
const PAGE = /\| fasttext .*?\| ([\d.]+) \| \[([\d.]+), ([\d.]+)\] \| ± [\d.]+ \((\d)\) \|/;

it('the interval of several seeds holds their mean, in the table and on the page, also without gold', async () => {
  const { status, stdout } = await runMain(
    ...['run', '--task', 'cMedIC', '--model', 'fasttext', '--seed', '0,1,2', '--jobs', '1'],
    ...['--data-dir', samplesDir(), '--runs-dir', runsDir],
  );
  expect(status).toBe(0);
  const [mean, low, high, runs] = shownIn(stdout, TABLE);
  expect([low < mean, mean < high, runs]).toEqual([true, true, 3]);
  expect(stdout).toContain('is that of their mean');
  // As if of a corpus that does not come with the package: the interval was kept.
  const directories = readdirSync(runsDir).map((name) => join(runsDir, name));
  for (const file of directories.map((directory) => join(directory, 'run.json')))
    await writeRecord(file, { ...(await readRecord(file)), synthetic: false });
  const results = ['runs', '--runs-dir', runsDir, '--results', page, ...nowhere, '--lang', 'zh'];
  const kept = await runMain(...results);
  expect([kept.status, kept.stderr]).toEqual([0, '']);
  const [onPage, ...rest] = shownIn(readFileSync(page, 'utf8'), PAGE);
  expect(onPage).toBeCloseTo(mean, 1);
  expect(rest.map((value) => value.toFixed(1))).toEqual([low, high, runs].map((value) => value.toFixed(1)));
  for (const directory of directories) rmSync(join(directory, 'mean-interval.json'), { force: true });
  const absent = await runMain(...results);
  expect(absent.status).toBe(0);
  expect(absent.stderr).toContain('缺少金标，无法计算多次运行均值的区间：');
  expect(readFileSync(page, 'utf8')).toMatch(/\| fasttext .*?\| [\d.]+ \| {2}\| ± [\d.]+ \(3\) \|/);
});
