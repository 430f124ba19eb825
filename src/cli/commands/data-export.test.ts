import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { samplesDir } from '../../datasets/directory.ts';
import { runMain } from '../fixtures/run-main.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-data-export-'));
});
afterAll(() => rm(folder, { recursive: true }));

const exported = (...argv: string[]) => runMain('data', 'export', ...argv, '--data-dir', samplesDir());

it('exports a task, says how it is read back, and refuses the same folder again', async () => {
  const out = join(folder, 'pairs');
  const first = await exported('cMedQQ', '--to', 'csv', '--out', out);
  expect([first.status, first.stdout]).toEqual([0, expect.stringContaining('train')]);
  expect(first.stderr).toContain(`chineseblue data import ${out} --as NAME --family similarity --positive 1`);
  expect((await readdir(out)).sort()).toEqual(['dev.csv', 'test.csv', 'train.csv']);
  const again = await exported('cMedQQ', '--to', 'csv', '--out', out, '--lang', 'zh');
  expect([again.status, again.stderr]).toEqual([3, expect.stringContaining('目录已存在且非空')]);
});

it('names the formats that hold a family in both languages', async () => {
  const refused = await exported('cMedQQ', '--to', 'brat', '--out', join(folder, 'no'), '--lang', 'zh');
  expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('可用格式：csv、jsonl')]);
  expect(await readdir(folder)).not.toContain('no');
});
