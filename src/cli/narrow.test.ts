import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { samplesDir } from '../datasets/directory.ts';
import { commands } from './commands.ts';
import { runMain } from './fixtures/run-main.ts';
import { displayWidth } from './width.ts';

const folder = mkdtempSync(join(tmpdir(), 'chineseblue-narrow-'));
const runsDir = join(folder, 'runs');
const run = ['run', '--task', 'cMedQANER,cMedQQ,relation', '--model', 'majority', '--runs-dir', runsDir];
const own = ['--runs-dir', runsDir];

beforeAll(async () => {
  vi.stubEnv('CHINESEBLUE_DATA', samplesDir()).stubEnv('LC_ALL', 'C.UTF-8').stubEnv('COLUMNS', '');
  expect((await runMain(...run)).status).toBe(0);
  expect((await runMain('run', '--task', 'cMedQQ', '--model', 'linear', ...own)).status).toBe(0);
  mkdirSync(join(folder, 'cMedQQ'));
  writeFileSync(join(folder, 'cMedQQ', 'dev.txt'), '1\t甲\t乙\n');
  writeFileSync(join(folder, 'bad.jsonl'), '{"id":"0","label":"7"}\n{"label":7}\n');
}, 120_000);
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Runs of cMedQQ, by name. */
const compared = (): string[] =>
  readdirSync(runsDir)
    .filter((name) => name.startsWith('cMedQQ'))
    .map((name) => join(runsDir, name));

const PRINTED: Readonly<Record<string, () => string[]>> = {
  run: () => run,
  runs: () => ['runs', ...own],
  score: () => ['score', '--task', 'cMedQQ', '--predictions', join(compared()[0], 'predictions.jsonl')],
  check: () => ['check', '--task', 'cMedIC', '--predictions', join(folder, 'bad.jsonl')],
  compare: () => ['compare', ...compared(), '--resamples', '200', '--items', '3'],
  'data stats': () => ['data', 'stats'],
  'data audit': () => ['data', 'audit', 'cMedQANER', 'cMedTC'],
  'data verify': () => ['data', 'verify', 'cMedQQ', 'CMDD', '--data-dir', folder],
  tasks: () => ['tasks'],
  conventions: () => ['conventions'],
  ...(commands.some(({ name }) => name === 'kinds')
    ? { kinds: () => ['kinds'], 'kinds bert': () => ['kinds', 'bert'] }
    : {}),
};

describe.each(Object.keys(PRINTED))('what `%s` prints', (name) => {
  it.each([
    [80, 'en'],
    [80, 'zh'],
    [60, 'en'],
    [60, 'zh'],
  ] as const)('fits %i columns in %s', async (width, language) => {
    vi.stubEnv('COLUMNS', String(width));
    const { stdout, stderr } = await runMain(...PRINTED[name](), '--lang', language);
    expect(stdout.length).toBeGreaterThan(100);
    // An error keeps file and line together, for programs that read them.
    const notes = stderr.split('\n').filter((line) => !/ \[[a-z-]+\]$/.test(line));
    const wide = [...stdout.split('\n'), ...notes].filter((line) => displayWidth(line) > width);
    expect(wide.map((line) => `${displayWidth(line)}: ${line}`)).toEqual([]);
  });
});
