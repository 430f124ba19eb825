import { describe, expect, it } from 'vitest';
import { withinBudget } from './budget.ts';

const lengths = Array.from({ length: 200 }, (_, i) => 3 + (i % 7));
const total = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
const items = lengths.map((tokens, i) => ({ i, tokens }));
const take = (limit: number, seed = 1) => withinBudget(items, limit, ({ tokens }) => tokens, seed);

describe('withinBudget', () => {
  it('fills the budget without exceeding it, with items from everywhere in the given order', () => {
    const taken = take(300);
    const used = total(taken.map(({ tokens }) => tokens));
    expect(used).toBeLessThanOrEqual(300);
    expect(used).toBeGreaterThan(290);
    expect(taken.map(({ i }) => i)).toEqual(taken.map(({ i }) => i).toSorted((a, b) => a - b));
    expect(taken[0].i).toBeLessThan(40);
    expect(taken.at(-1)!.i).toBeGreaterThan(160);
  });

  it('depends only on the seed, and grows with the limit', () => {
    expect(take(300)).toEqual(take(300));
    expect(take(300)).not.toEqual(take(300, 2));
    const larger = new Set(take(600));
    expect(take(300).every((item) => larger.has(item))).toBe(true);
  });

  it('is everything where everything fits, and one item where none does', () => {
    expect(take(total(lengths))).toBe(items);
    expect(take(1)).toHaveLength(1);
    expect(withinBudget([], 5, () => 1, 0)).toEqual([]);
  });
});
