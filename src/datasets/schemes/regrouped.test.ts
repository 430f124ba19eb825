import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../ground/random.ts';
import { findTask } from '../../tasks/registry.ts';
import { comparisonForm } from '../../text/normalise.ts';
import { openDataset } from '../dataset.ts';
import { samplesDir } from '../directory.ts';
import { relateTwins } from '../twins.ts';
import { commonUnits } from '../units.ts';
import { writeSplits } from '../write-splits.ts';
import { foldSplits, requireReleased, schemeOf, splitNames } from './registry.ts';

/** A text unlike any other. */
const random = createRandom(7, 'fillers');
const filler = (): string =>
  String.fromCharCode(...Array.from({ length: 12 }, () => 0x4e00 + random.below(5000)));
const pairs = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${i % 2}\t${filler()}\t${filler()}`);

const task = findTask('cMedQQ');
let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'chineseblue-regrouped-'));
  await mkdir(join(dataDir, 'cMedQQ'));
  const write = (split: string, lines: readonly string[]) =>
    writeFile(join(dataDir, 'cMedQQ', `${split}.txt`), `${lines.join('\n')}\n`);
  await write('train', ['1\t甲状腺结节严重吗\t结节要不要手术', ...pairs(60)]);
  await write('dev', ['0\t结节要不要手术\t感冒吃什么药', '1\t头痛怎么办？\t头疼如何缓解', ...pairs(20)]);
  await write('test', ['1\t感冒吃什么药\t风寒感冒用药', '1\t头痛怎么办\t头疼如何缓解。', ...pairs(20)]);
});
afterAll(() => rm(dataDir, { recursive: true }));

const open = (dir = dataDir, of = task) => openDataset({ task: of, dir, scheme: 'regrouped@1' });

async function regroup(dir = dataDir, of = task) {
  const { evaluated, rule, ...rest } = await (await open(dir, of)).division('test');
  return { ...rest, test: evaluated.examples, rule: rule.en };
}

const partOf = async (id: string): Promise<string | undefined> => {
  const { train, dev, test } = await regroup();
  return Object.entries({ train, dev, test }).find(([, part]) =>
    part.some((example) => example.id === id),
  )?.[0];
};

describe('regrouped@1', () => {
  it('assigns every example exactly once, under an id that names its original place', async () => {
    const { train, dev, test, rule, files } = await regroup();
    const ids = [...train, ...dev, ...test].map(({ id }) => id);
    expect(ids).toHaveLength(61 + 22 + 22);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain('test:21');
    expect(test.length).toBeGreaterThanOrEqual(21);
    expect(test.length).toBeLessThan(26);
    expect(dev.length).toBeGreaterThanOrEqual(10);
    expect(files.map(({ path }) => path)).toEqual(['cMedQQ/train.txt', 'cMedQQ/dev.txt', 'cMedQQ/test.txt']);
    expect(rule).toMatch(/^regrouped@1: train, dev, test pooled.*seed 20261122$/);
  });

  it('keeps examples together that share a text across splits', async () => {
    const part = await partOf('train:0');
    expect(part).toBeDefined();
    expect(await partOf('dev:0')).toBe(part);
    expect(await partOf('test:0')).toBe(part);
  });

  it('keeps twins together that differ in punctuation only and share no text', async () => {
    const { train, dev, test } = await regroup();
    const groupOf = (id: string) => [...train, ...dev, ...test].find((example) => example.id === id)?.group;
    expect(groupOf('test:1')).toBe('dev:1');
    expect(groupOf('dev:1')).toBe('dev:1');
    expect(groupOf('dev:2')).toBe('dev:2');
  });

  it('is written by id, with the files for which it is valid', async () => {
    const parts = await regroup();
    const written = JSON.parse(await readFile(await writeSplits(dataDir, await open()), 'utf8'));
    expect(written).toMatchObject({ schema: 'chineseblue/split@1', task: 'cMedQQ', rule: parts.rule });
    expect(written.splits.test).toEqual(parts.test.map(({ id }) => id));
    expect(written.files).toHaveLength(3);
    expect(JSON.stringify(written)).not.toContain('头痛');
  });

  it('is the same every time', async () => {
    const [a, b] = await Promise.all([regroup(), regroup()]);
    expect(a).toEqual(b);
  });

  it.each(['cEHRNER', 'cMedQA', 'cMedIR', 'CMDD'])('leaves no leak in the sample of %s', async (name) => {
    const sample = findTask(name);
    const { train, dev, test } = await regroup(samplesDir(), sample);
    const parts = [
      { name: 'train', examples: train },
      { name: 'dev', examples: dev },
      { name: 'test', examples: test },
    ] as const;
    const { equal, mirrors, near, splitOf } = relateTwins(sample, parts);
    const separated = [...equal, ...mirrors, ...near].filter((group) => new Set(group.map(splitOf)).size > 1);
    expect(separated).toEqual([]);
    const units = commonUnits(sample, parts).map((own) => new Set(own.filter((unit) => unit !== undefined)));
    expect([...units[2]].filter((unit) => units[0].has(unit) || units[1].has(unit))).toEqual([]);
    expect(Math.min(...parts.map(({ examples }) => examples.length))).toBeGreaterThan(0);
  });

  it('is evaluated on its test part, and is not a released split', () => {
    expect(schemeOf('regrouped@1')).toEqual({ scheme: 'regrouped@1', part: 'test' });
    expect(schemeOf('dev')).toEqual({ scheme: 'carved', part: 'dev' });
    expect(splitNames).toEqual(['train', 'dev', 'test', 'regrouped@1', ...foldSplits]);
    const what = { en: 'Subsets', zh: '子集' };
    expect(requireReleased('test', what)).toBe('test');
    expect(() => requireReleased('regrouped@1', what)).toThrow(/as released/);
  });
});

const SHARED = join(import.meta.dirname, '../../../../shared/chineseblue/data');

describe.skipIf(!existsSync(SHARED))('regrouped@1 (skipped: ../shared is absent)', () => {
  it('takes the leaks out of cMedTC', async () => {
    const real = findTask('cMedTC');
    const { train, test } = await regroup(SHARED, real);
    const learnt = new Set(train.map(({ input }) => comparisonForm((input as { text: string }).text)));
    expect(test.filter(({ input }) => learnt.has(comparisonForm((input as { text: string }).text)))).toEqual(
      [],
    );
    const released = (await (await openDataset({ task: real, dir: SHARED })).split('test')).examples;
    expect(test.length).toBeGreaterThan(released.length / 3);
  });
});
