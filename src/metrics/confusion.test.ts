import { expect, it } from 'vitest';
import { createRandom } from '../ground/random.ts';
import { matthews } from './confusion.ts';
import type { LabelItem } from './labels.ts';

it('Matthews correlation of very many labels needs no full matrix', () => {
  const random = createRandom(4);
  const few = ['c10', 'c20', 'c30'];
  const pick = (): string => few[random.below(few.length)];
  const items = Array.from({ length: 60 }, (): LabelItem => {
    const label = pick();
    return { gold: { label }, prediction: { label: random.next() < 0.7 ? label : pick() } };
  });
  const many = matthews(Array.from({ length: 40_000 }, (_, i) => `c${i}`));
  const narrow = matthews(few);
  expect(many.whole(items)).toBe(narrow.whole(items));
  const prepared = many.reweighted(items.map((item) => [item]));
  if (!('counted' in prepared)) throw new Error('Matthews correlation adds up');
  expect(prepared.counted.width).toBe(3 + 2 * few.length);
  const { cells } = many.details!(items);
  if (!Array.isArray(cells)) throw new Error('cells are a list');
  expect(cells.reduce((sum, { count }) => sum + count, 0)).toBe(60);
  expect(narrow.details!(items).labels).toEqual(few);
});
