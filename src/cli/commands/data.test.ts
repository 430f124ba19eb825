import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { samplesDir } from '../../datasets/directory.ts';
import { runMain } from '../fixtures/run-main.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-data-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs `chineseblue data …` in this process. */
async function data(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const { status, stdout, stderr } = await runMain('data', ...argv);
  return { code: status, out: stdout, err: stderr };
}

test('path prints one line that scripts can use', async () => {
  const { code, out } = await data('path', '--data-dir', folder, '--quiet');
  expect([code, out]).toEqual([0, `${folder}\n`]);
});

test('stats counts the samples and says that they are synthetic', async () => {
  const { code, out, err } = await data('stats', 'cMedQANER', '--data-dir', samplesDir());
  expect(code).toBe(0);
  expect(out).toContain('test (synthetic)');
  expect(out).toContain('mention-overlaps 3');
  expect(err).toContain('only in JSON');
  const { tasks } = JSON.parse((await data('stats', 'CMDD', '--json', '--data-dir', samplesDir())).out);
  expect(tasks[0].splits.map(({ examples }: { examples: number }) => examples)).toEqual([80, 30, 40]);
});

test('a data directory that is a file is refused', async () => {
  const file = join(folder, 'no-directory');
  await writeFile(file, '');
  for (const command of [['tasks'], ['data', 'stats']]) {
    const { status, stderr } = await runMain(...command, '--data-dir', file, '--json');
    expect([status, JSON.parse(stderr).error]).toEqual([
      3,
      expect.objectContaining({ code: 'not-a-directory', file }),
    ]);
  }
});

test.each(['stats', 'audit'])('%s of a named task without data fails', async (command) => {
  const { code, out, err } = await data(command, 'cMedQNLI', '--data-dir', folder);
  expect([code, out]).toEqual([3, '']);
  expect(err).toContain('chineseblue data get cMedQNLI');
});

test.each(['--write-clean', '--write-split', '--cards'])('audit %s refuses a file first', async (flag) => {
  const file = join(folder, 'file');
  await writeFile(file, '');
  const { code, err } = await data('audit', 'cMedQNLI', flag, file, '--data-dir', folder, '--json');
  expect([code, JSON.parse(err).error]).toEqual([
    3,
    expect.objectContaining({ code: 'not-a-directory', file }),
  ]);
});

test.each(['stats', 'audit'])('%s of a directory without any corpus fails', async (command) => {
  for (const directory of [folder, join(folder, 'typo')]) {
    const { code, out, err } = await data(command, '--data-dir', directory, '--lang', 'zh');
    expect([code, out]).toEqual([3, '']);
    expect(err).toContain('[no-corpora]');
    expect(err).toContain('没有任何语料');
  }
});

test('stats counts the available corpora', async () => {
  const some = join(folder, 'some');
  await cp(join(samplesDir(), 'cMedIC'), join(some, 'cMedIC'), { recursive: true });
  const { code, out } = await data('stats', '--json', '--data-dir', some);
  expect(code).toBe(0);
  expect(JSON.parse(out).tasks.filter(({ splits }: { splits: unknown[] }) => splits.length > 0)).toHaveLength(
    1,
  );
});

test('verify fails where a file is not the official one', async () => {
  await mkdir(join(folder, 'cMedIC'), { recursive: true });
  await writeFile(join(folder, 'cMedIC', 'dev.txt'), '1\t甲\n');
  const { code, out, err } = await data('verify', 'cMedIC', '--json', '--data-dir', folder);
  expect(code).toBe(3);
  expect(JSON.parse(out).files).toContainEqual({ task: 'cMedIC', path: 'cMedIC/dev.txt', state: 'differs' });
  expect(JSON.parse(err).error.code).toBe('not-official');
});

test.each([[], ['cMedIC']])('verify fails where there is nothing to compare', async (...tasks) => {
  const { code, err } = await data('verify', ...tasks, '--data-dir', join(folder, 'typo'));
  expect([code, err]).toEqual([3, expect.stringContaining('[no-corpora]')]);
});

test('get takes nothing from an empty copy, and reports it', async () => {
  const empty = join(folder, 'empty');
  await mkdir(empty);
  const { code, out, err } = await data('get', 'cMedQQ', '--from', empty, '--data-dir', join(folder, 'new'));
  expect(code).toBe(3);
  expect(out).toContain('not found');
  expect(err).toContain('[not-found]');
});

test('get refuses a corpus that was never released, and an unknown task', async () => {
  expect((await data('get', 'relation', '--data-dir', folder)).err).toContain('[not-public]');
  expect((await data('get', 'cMedQX', '--data-dir', folder)).code).toBe(2);
});

test('audit names the kinds of its findings in the requested language', async () => {
  const own = join(folder, 'repeated');
  await mkdir(join(own, 'cMedIC'), { recursive: true });
  for (const name of ['train', 'dev', 'test'])
    await writeFile(join(own, 'cMedIC', `${name}.txt`), '0\t头痛怎么办\n1\t头痛怎么办\n2\t复诊挂什么号\n');
  const english = await data('audit', 'cMedIC', '--data-dir', own, '--lang', 'en');
  const chinese = await data('audit', 'cMedIC', '--data-dir', own, '--lang', 'zh');
  expect(english.out).toMatch(/^leak /m);
  expect(chinese.out).toMatch(/^泄漏 /m);
  expect(chinese.out).not.toMatch(/^(leak|conflict|oddity) /m);
  expect(english.out).toMatch(/^Gain: of the simple model .* may be below 5\.0/m);
  expect(chinese.out).toMatch(/^增益：/m);
});
