import { expect, it } from 'vitest';
import { createSets } from './disjoint-sets.ts';

it('identifies a set by its smallest member, whatever the order of joining', () => {
  const sets = createSets(6);
  sets.join(4, 2);
  sets.join(5, 4);
  sets.join(1, 0);
  expect([0, 1, 2, 3, 4, 5].map(sets.find)).toEqual([0, 0, 2, 3, 2, 2]);
  expect(sets.groups()).toEqual([
    [0, 1],
    [2, 4, 5],
  ]);
});
