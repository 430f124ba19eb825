import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { samplesDir } from '../datasets/directory.ts';
import { runMain } from './fixtures/run-main.ts';

const folder = mkdtempSync(join(tmpdir(), 'chineseblue-standard-'));
afterAll(() => rmSync(folder, { recursive: true }));
const list = join(folder, 'list.txt');
writeFileSync(list, '糖尿病\n高血压\n');
const runs = ['--runs-dir', join(folder, 'runs'), '--results', '-'];

it.each([
  ['corpus lexicon', ['corpus', 'lexicon', list, '--out', '-'], /^糖尿病\t/m, /词条/],
  [
    'run',
    ['run', '--task', 'cMedIC', '--model', 'majority', '--jobs', '1', '--data-dir', samplesDir(), ...runs],
    /^\| majority \|/m,
    /口径/,
  ],
  ['runs', ['runs', ...runs], /^\| majority \|/m, /cMedIC-test-majority/],
])(
  '%s: standard output has what is written there alone, in text and in JSON',
  async (_, argv, written, shown) => {
    const text = await runMain(...argv, '--lang', 'zh');
    expect(text.stdout).toMatch(written);
    expect(text.stderr).toMatch(shown);
    expect(text.stdout).not.toMatch(shown);
    const json = await runMain(...argv, '--json');
    expect(json.stdout).toBe(text.stdout);
    expect(() => JSON.parse(json.stderr)).not.toThrow();
  },
);
