import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { samplesDir } from '../../datasets/directory.ts';

const bin = join(import.meta.dirname, '../../../bin/chineseblue.js');
const folder = mkdtempSync(join(tmpdir(), 'chineseblue-no-gold-'));
const test = join(folder, 'cMedIC', 'test.synthetic.txt');
const chineseblue = (...args: string[]) =>
  spawnSync(process.execPath, [bin, ...args, '--data-dir', folder], { encoding: 'utf8', cwd: folder });

beforeAll(() => {
  cpSync(join(samplesDir(), 'cMedIC'), join(folder, 'cMedIC'), { recursive: true });
  const texts = readFileSync(test, 'utf8').replaceAll(/^\d\t/gm, '');
  writeFileSync(test, texts);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a test split without gold', () => {
  it('can be trained next to, answered and checked', () => {
    expect(chineseblue('train', '--task', 'cMedIC', '--model', 'linear', '--out', 'm.bin').status).toBe(0);
    const predicted = chineseblue(
      'predict',
      '--task',
      'cMedIC',
      '--model',
      'linear:m.bin',
      '--out',
      'p.jsonl',
    );
    expect(predicted.stdout).toContain('60 predictions');
    expect(readFileSync(join(folder, 'p.jsonl'), 'utf8').split('\n')).toHaveLength(62);
    expect(chineseblue('check', '--task', 'cMedIC', '--predictions', 'p.jsonl').status).toBe(0);
    expect(chineseblue('data', 'stats', 'cMedIC').stdout).toContain('(no gold)');
  });

  it.each([['score', '--predictions', 'p.jsonl'], ['run', '--model', 'majority'], ['audit']])(
    'is refused by %s',
    (command, ...rest) => {
      const args = command === 'audit' ? ['data', 'audit', 'cMedIC'] : [command, '--task', 'cMedIC', ...rest];
      const { status, stderr } = chineseblue(...args);
      expect([status, stderr]).toEqual([3, expect.stringContaining('The test split has no gold')]);
      expect(stderr).toContain(test);
    },
  );
});
