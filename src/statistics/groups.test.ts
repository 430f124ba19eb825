import { expect, it } from 'vitest';
import { rankGroups } from './groups.ts';

const pairs = (...list: string[]) => {
  const set = new Set(list);
  return (i: number, j: number): boolean => set.has(`${Math.min(i, j)}-${Math.max(i, j)}`);
};

it('nothing differs: one group, every rank is open', () => {
  expect(rankGroups([1, 3, 2], pairs())).toEqual([
    { system: 1, groups: 'a', rank: [1, 3] },
    { system: 2, groups: 'a', rank: [1, 3] },
    { system: 0, groups: 'a', rank: [1, 3] },
  ]);
});

it('everything differs: ranks', () => {
  expect(rankGroups([0.5, 0.9, 0.7], pairs('0-1', '0-2', '1-2'))).toEqual([
    { system: 1, groups: 'a', rank: [1, 1] },
    { system: 2, groups: 'b', rank: [2, 2] },
    { system: 0, groups: 'c', rank: [3, 3] },
  ]);
});

it('a chain shares letters in the middle', () => {
  expect(rankGroups([3, 2, 1], pairs('0-2'))).toEqual([
    { system: 0, groups: 'a', rank: [1, 2] },
    { system: 1, groups: 'ab', rank: [1, 3] },
    { system: 2, groups: 'b', rank: [2, 3] },
  ]);
});

it('shared letters show exactly which pairs do not differ', () => {
  const scores = [9, 8, 7, 6, 5];
  const differs = pairs('0-3', '0-4', '1-4', '0-2', '2-4');
  const ranked = rankGroups(scores, differs);
  for (const a of ranked) {
    for (const b of ranked) {
      if (a.system === b.system) continue;
      const share = [...a.groups].some((letter) => b.groups.includes(letter));
      expect(share).toBe(!differs(a.system, b.system));
    }
  }
});

it('an undefined score comes last', () => {
  expect(rankGroups([Number.NaN, 0.1], pairs()).map(({ system }) => system)).toEqual([1, 0]);
});
