import { expect, it } from 'vitest';
import { createRandom } from '../../ground/random.ts';
import type { Example } from '../../tasks/examples.ts';
import { findTask } from '../../tasks/registry.ts';
import { fitOn, predict } from '../fixtures/fitted.ts';
import { findModel } from '../registry.ts';
import { createRowsBuilder, type Rows } from '../shared/features/rows.ts';
import { MOST_SCORED_LABELS } from '../shared/labels/labels.ts';
import { createNeighbourSearch } from './neighbours.ts';

it('finds what comparing every row finds', () => {
  const random = createRandom(3);
  const make = (count: number): Rows => {
    const builder = createRowsBuilder();
    for (let row = 0; row < count; row++) {
      for (let column = 0; column < 12; column++)
        if (random.below(3) === 0) builder.add(column, random.below(4) + 1);
      builder.endRow();
    }
    return builder.finish(12);
  };
  const dense = (rows: Rows, row: number): number[] => {
    const line = new Array<number>(12).fill(0);
    for (let k = rows.starts[row]; k < rows.starts[row + 1]; k++) line[rows.columns[k]] = rows.values[k];
    return line;
  };
  const [rows, queries] = [make(60), make(20)];
  const search = createNeighbourSearch(rows);
  for (let query = 0; query < 20; query++) {
    const q = dense(queries, query);
    const all = Array.from({ length: 60 }, (_, row) => ({
      row,
      similarity: dense(rows, row).reduce((sum, value, i) => sum + value * q[i], 0),
    }))
      .filter(({ similarity }) => similarity > 0)
      .sort((a, b) => b.similarity - a.similarity || a.row - b.row);
    for (const most of [1, 3, 100]) expect(search(queries, query, most)).toEqual(all.slice(0, most));
  }
});

const fitKnn = (texts: readonly [text: string, label: string][], k: number) => {
  const train = texts.map(
    ([text, label], i): Example<'classification'> => ({ id: `${i}`, input: { text }, gold: { label } }),
  );
  return fitOn<'classification'>(findModel('knn'), findTask('cMedIC'), train, { seed: 0, parameters: { k } });
};

it('shows a twin of a test text in the training data', async () => {
  const predictor = await fitKnn(
    [
      ['糖尿病饮食', '1'],
      ['感冒发烧怎么办', '2'],
      ['感冒吃药', '0'],
    ],
    1,
  );
  expect(predictor.explain!({ text: '感冒发烧怎么办' })).toEqual([
    { en: '1.000 2: 感冒发烧怎么办', zh: '1.000 2：感冒发烧怎么办' },
  ]);
  expect((await predict<'classification'>(predictor, [{ text: '感冒发烧怎么办' }]))[0].label).toBe('2');
});

it('lets k neighbours vote, the nearer with more weight', async () => {
  const texts: [string, string][] = [
    ['感冒发烧', '1'],
    ['感冒发冷', '2'],
    ['感冒发汗', '2'],
    ['糖尿病', '0'],
  ];
  const three = await fitKnn(texts, 3);
  const [{ label, scores }] = await predict<'classification'>(three, [{ text: '感冒发' }]);
  expect(label).toBe('2');
  expect(scores!['2']).toBeGreaterThan(scores!['1']);
  expect(scores!['0']).toBe(0);
});

it('gives the most frequent answer where no n-gram is shared', async () => {
  const predictor = await fitKnn(
    [
      ['糖尿病', '1'],
      ['感冒', '2'],
      ['发烧', '2'],
    ],
    1,
  );
  expect((await predict<'classification'>(predictor, [{ text: 'xyz' }]))[0].label).toBe('2');
});

it('keeps answers small where there are very many labels', async () => {
  const count = MOST_SCORED_LABELS + 1;
  const texts = Array.from({ length: count }, (_, i): [string, string] => [`第${i}号`, `c${i}`]);
  const [{ label, scores }] = await predict<'classification'>(await fitKnn(texts, 2), [{ text: '第77号' }]);
  expect(label).toBe('c77');
  expect(scores!.c77).toBeCloseTo(0.5, 6);
  expect(Object.keys(scores!)).toHaveLength(2);
});
