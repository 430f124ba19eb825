import { describe, expect, it } from 'vitest';
import { createRandom } from '../../ground/random.ts';
import { fitForest, forestQuality, type Table } from './forest.ts';

/** Good rows are inside a ring of the first two features; the third is noise. */
function ring(rows: number): { table: Table; good: boolean[] } {
  const random = createRandom(2);
  const values = Float64Array.from({ length: rows * 3 }, () => random.next() * 2 - 1);
  const good = Array.from({ length: rows }, (_, row) => {
    const radius = Math.hypot(values[row * 3], values[row * 3 + 1]);
    return radius > 0.4 && radius < 0.8;
  });
  return { table: { width: 3, values }, good };
}

describe('forest', () => {
  it('finds further positives from labelled positives alone', () => {
    const { table, good } = ring(4000);
    const known = good.flatMap((isGood, row) => (isGood && row % 4 === 0 ? [row] : []));
    const forest = fitForest(table, known);
    const unseen = good.flatMap((_, row) => (row % 4 === 0 ? [] : [row]));
    const quality = unseen.map((row) => forestQuality(forest, table.values, row));
    const right = quality.filter((q, i) => q > 0.6 === good[unseen[i]]).length;
    expect(right / unseen.length).toBeGreaterThan(0.9);
  });

  it('depends only on the seed', () => {
    const { table, good } = ring(500);
    const positives = good.flatMap((isGood, row) => (isGood ? [row] : []));
    const options = { trees: 10, sample: 30 };
    const first = fitForest(table, positives, { ...options, seed: 1 });
    expect(fitForest(table, positives, { ...options, seed: 1 })).toEqual(first);
    expect(fitForest(table, positives, { ...options, seed: 2 })).not.toEqual(first);
  });

  it('accepts identical rows', () => {
    const table: Table = { width: 1, values: new Float64Array(6).fill(3) };
    const forest = fitForest(table, [0, 1], { trees: 5 });
    expect(forestQuality(forest, table.values, 0)).toBeCloseTo(1 / 3, 12);
    expect(forestQuality(forest, Float64Array.of(-7), 0)).toBeCloseTo(1 / 3, 12);
  });

  it('separates rows that one threshold separates', () => {
    const table: Table = { width: 1, values: Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8) };
    const forest = fitForest(table, [4, 5, 6, 7], { trees: 3 });
    expect([4, 5].map((value) => forestQuality(forest, Float64Array.of(value), 0))).toEqual([0, 1]);
  });
});
