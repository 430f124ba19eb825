import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../datasets/dataset.ts';
import type { Example } from '../tasks/examples.ts';
import { findTask } from '../tasks/registry.ts';
import type { SplitName } from '../tasks/task.ts';
import { createSharedLabels, measureSharing, type SharingRow } from './shared-labels.ts';

const pairs = findTask('cMedQQ');
const conventions = ['similarity/accuracy@1'];
type Splits = Partial<Record<SplitName, readonly Example[]>>;

/** Rows of the test split, after all splits have been collected in order. */
function measure(splits: Splits, task = pairs, by = conventions): SharingRow[] | undefined {
  const shared = createSharedLabels(task);
  let number = 0;
  for (const [split, examples] of Object.entries(splits))
    for (const example of examples) shared.take(example, split as SplitName, number++);
  const rule = shared.ruleFor('test');
  return rule && measureSharing(task, 'test', splits.test ?? [], { rule, conventions: by });
}

const pair = (id: number, textA: string, textB: string, matches: boolean): Example => ({
  id: String(id),
  input: { textA, textB },
  gold: { label: matches ? '1' : '0' },
});

/** Pairs of each query with other texts, none of which occurs twice. */
const ofQueries = (
  split: string,
  queries: number,
  each: number,
  matches: (query: number, i: number) => boolean,
): Example[] =>
  Array.from({ length: queries * each }, (_, n) => {
    const [query, i] = [Math.floor(n / each), n % each];
    return pair(n, `问题${query}怎么办`, `${split}第${query}问之${i}`, matches(query, i));
  });

/** Unrelated to the query. */
const scattered = (query: number, i: number): boolean => (((query * 31 + i) * 2654435761) >>> 16) % 2 === 1;

describe('labels of shared texts', () => {
  it('predict a split where a query has mostly one label', () => {
    const rows = measure({
      train: ofQueries('train', 60, 4, (query) => query % 2 === 0),
      test: ofQueries('test', 60, 2, (query) => query % 2 === 0),
    });
    expect(rows).toMatchObject([
      { split: 'test', from: ['train'], examples: 120, sharing: 120, score: 1, predictable: true },
    ]);
  });

  it('predict a split where the labels of a query are balanced over all splits', () => {
    // two matches and two others for each query, of which train has three
    const rows = measure({
      train: ofQueries('train', 200, 3, (query, i) => (query % 2 === 0 ? i !== 1 : i === 1)),
      test: ofQueries('test', 200, 1, (query) => query % 2 === 1),
    });
    expect(rows).toMatchObject([{ score: 1, predictable: true }]);
  });

  it('predict nothing where labels do not depend on the query', () => {
    const rows = measure({
      train: ofQueries('train', 100, 4, scattered),
      test: ofQueries('test', 100, 4, (query, i) => scattered(query + 1000, i)),
    });
    expect(rows).toMatchObject([{ sharing: 400, predictable: false }]);
    expect(rows![0].score).toBeLessThan(0.6);
  });

  it('are those of texts that are equal after folding', () => {
    const [example] = measure({
      train: ofQueries('train', 60, 4, (query) => query % 2 === 0),
      test: [pair(0, '问题７怎么办？', '别的', false), pair(1, '没有的问题', '别的二', true)],
    })!;
    expect(example).toMatchObject({ examples: 2, sharing: 1 });
  });

  it('are those of earlier splits only', () => {
    const own = ofQueries('test', 60, 4, (query) => query % 2 === 0);
    expect(measure({ test: own })).toBeUndefined();
    expect(measure({ train: ofQueries('train', 60, 4, scattered), dev: own, test: own })).toMatchObject([
      { from: ['train', 'dev'] },
    ]);
  });

  it('are not measured where no text is shared, or where a family has none to share', () => {
    const others = Array.from({ length: 40 }, (_, i) => pair(i, `甲${i}`, `乙${i}`, i % 2 === 0));
    expect(measure({ train: ofQueries('train', 60, 4, scattered), test: others })).toEqual([]);
    const text = (i: number): Example => ({
      id: String(i),
      input: { text: '同一句' },
      gold: { label: String(i % 2) },
    });
    const texts = Array.from({ length: 40 }, (_, i) => text(i));
    expect(measure({ train: texts, test: texts }, findTask('cMedIC'))).toBeUndefined();
  });

  it('rank documents by their sites', () => {
    const query = (i: number): Example => ({
      id: String(i),
      input: {
        query: `查询${i}`,
        documents: [
          { title: `标题甲${i}`, url: `https://${i % 3 === 0 ? 'good' : 'poor'}.example/${i}` },
          { title: `标题乙${i}`, url: `https://${i % 3 === 0 ? 'poor' : 'good'}.example/${i}` },
        ],
      },
      gold: { relevance: i % 3 === 0 ? [2, 0] : [0, 1] },
    });
    const numbered = (from: number) => Array.from({ length: 150 }, (_, i) => query(from + i));
    const rows = measure({ dev: numbered(0), test: numbered(150) }, findTask('cMedIR'), [
      'ranking/pair-accuracy@1',
    ]);
    expect(rows).toMatchObject([{ from: ['dev'], score: 1, predictable: true }]);
  });
});

const SHARED = join(import.meta.dirname, '../../../shared/chineseblue/data');

describe.skipIf(!existsSync(SHARED))('labels of shared texts (skipped: ../shared is absent)', () => {
  it.each([
    ['cMedQQ', 'similarity/positive-f1@1', 0.78],
    ['cMedQA', 'similarity/positive-f1@1', 0.796],
  ])('predict the test split of %s', async (name, convention, score) => {
    const task = findTask(name);
    const { split, splits } = await openDataset({ task, dir: SHARED });
    const read: Splits = {};
    for (const one of splits) read[one] = (await split(one)).examples;
    const [row] = measure(read, task, [convention])!;
    expect(row.predictable).toBe(true);
    expect(row.score).toBeCloseTo(score, 2);
  });
});
