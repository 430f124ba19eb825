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

const results = ['runs', '--runs-dir', runsDir, '--results', page, ...nowhere, '--lang', 'zh'];
const directories = (): string[] => readdirSync(runsDir).map((name) => join(runsDir, name));
let shown: number[];

it('the interval of several seeds contains their mean', async () => {
  const { status, stdout } = await runMain(
    ...['run', '--task', 'cMedIC', '--model', 'fasttext', '--seed', '0,2', '--jobs', '1'],
    ...['--data-dir', samplesDir(), '--runs-dir', runsDir],
  );
  expect(status).toBe(0);
  shown = shownIn(stdout, TABLE);
  const [mean, low, high, runs] = shown;
  expect([low < mean, mean < high, runs]).toEqual([true, true, 2]);
  expect(stdout).toContain('is that of their mean');
});

it('the page of results has the kept interval without gold', async () => {
  // As if of a corpus that does not come with the package.
  for (const file of directories().map((directory) => join(directory, 'run.json')))
    await writeRecord(file, { ...(await readRecord(file)), synthetic: false });
  const { status, stderr } = await runMain(...results);
  expect([status, stderr]).toEqual([0, '']);
  const onPage = shownIn(readFileSync(page, 'utf8'), PAGE);
  expect(onPage).toHaveLength(4);
  for (const [i, value] of onPage.entries()) expect(Math.abs(value - shown[i])).toBeLessThan(0.06);
});

it('the page of results says where there is no interval', async () => {
  for (const directory of directories()) rmSync(join(directory, 'mean-interval.json'), { force: true });
  const { status, stderr } = await runMain(...results);
  expect(status).toBe(0);
  expect(stderr).toContain('缺少金标，无法计算多次运行均值的区间：');
  expect(readFileSync(page, 'utf8')).toMatch(/\| fasttext .*?\| [\d.]+ \| {2}\| ± [\d.]+ \(2\) \|/);
});
