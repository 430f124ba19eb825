import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findTask } from '../../tasks/registry.ts';
import type { SplitName } from '../../tasks/task.ts';
import { openDataset } from '../dataset.ts';
import type { SchemeId } from './registry.ts';

const task = findTask('cMedIC');
let dir: string;

const lines = (from: number, count: number): string =>
  Array.from({ length: count }, (_, i) => `${(from + i) % 3}\t查询 ${from + i}\n`).join('');

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'chineseblue-carved-'));
  await mkdir(join(dir, 'cMedIC'));
  await writeFile(join(dir, 'cMedIC', 'train.txt'), lines(0, 30));
  await writeFile(join(dir, 'cMedIC', 'dev.txt'), lines(100, 20));
  await writeFile(join(dir, 'cMedIC', 'test.txt'), lines(200, 9));
});
afterEach(() => rm(dir, { recursive: true }));

const remove = (name: SplitName) => rm(join(dir, 'cMedIC', `${name}.txt`));
const divide = async (judged: SplitName, scheme?: SchemeId) =>
  (await openDataset({ task, dir, scheme })).division(judged);
const sizes = async (judged: SplitName) => {
  const { train, dev, evaluated, rule } = await divide(judged);
  return { sizes: [train.length, dev.length, evaluated.examples.length], rule: rule.en };
};

describe('carved', () => {
  it('takes the splits as released', async () => {
    expect(await sizes('test')).toEqual({ sizes: [30, 20, 9], rule: 'train and dev as released' });
  });

  it('never tunes on the evaluation split', async () => {
    expect(await sizes('dev')).toEqual({
      sizes: [27, 3, 20],
      rule: expect.stringContaining('dev is being judged'),
    });
  });

  it('carves what is absent, the same way each time', async () => {
    await remove('train');
    expect(await sizes('test')).toEqual({
      sizes: [16, 4, 9],
      rule: expect.stringContaining('train is absent'),
    });
    const [once, twice] = [await divide('test'), await divide('test')];
    expect([once.train, once.dev]).toEqual([twice.train, twice.dev]);
    const ids = [...once.train, ...once.dev].map(({ id }) => id);
    expect(new Set(ids).size).toBe(20);
  });

  it('reports when nothing is left to train on', async () => {
    await remove('train');
    await remove('dev');
    await expect(divide('test')).rejects.toMatchObject({ code: 'split-absent' });
  });
});

describe('released', () => {
  it('takes the splits as released and carves nothing', async () => {
    expect((await divide('test', 'released')).train).toHaveLength(30);
    await expect(divide('dev', 'released')).rejects.toMatchObject({ code: 'split-absent' });
    await remove('dev');
    await expect(divide('test', 'released')).rejects.toMatchObject({ code: 'split-absent' });
  });
});
