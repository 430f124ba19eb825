import { expect, it } from 'vitest';
import { type Member, showableSubsets } from './cells.ts';

const members = (counts: Readonly<Record<string, number>>): Member[] =>
  Object.entries(counts).flatMap(([subsets, count]) =>
    Array.from({ length: count }, (_, i) => ({
      id: `${subsets}${i}`,
      subsets: subsets.split(' ').filter(Boolean),
    })),
  );
const names = (counts: Readonly<Record<string, number>>): string[] =>
  Object.keys(showableSubsets(members(counts)));

it('subsets of five units or more are shown', () => {
  expect(names({ clean: 20, leaked: 5 })).toEqual(['clean', 'leaked']);
});

it('what is left of all examples is no smaller either', () => {
  expect(names({ clean: 20, leaked: 4 })).toEqual([]);
  expect(names({ clean: 20, '': 4 })).toEqual([]);
});

it('nor what follows from several subsets: leaked alone is all, less clean and conflicting', () => {
  expect(names({ clean: 20, leaked: 3, 'leaked conflicting': 7, conflicting: 9 })).toEqual(['clean']);
  expect(names({ clean: 20, leaked: 6, 'leaked conflicting': 7, conflicting: 9 })).toEqual([
    'clean',
    'conflicting',
    'leaked',
  ]);
});

it('units count, not examples', () => {
  const one = members({ clean: 20, leaked: 9 }).map((member) => ({
    ...member,
    group: member.subsets[0] === 'leaked' ? `${member.id.length % 2}` : undefined,
  }));
  expect(Object.keys(showableSubsets(one))).toEqual([]);
});
