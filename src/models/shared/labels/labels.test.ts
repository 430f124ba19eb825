import { expect, it } from 'vitest';
import { largestScores, MOST_SCORED_LABELS, scoresByLabel } from './labels.ts';

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `c${i}`);

it('gives every label its score where there are not very many', () => {
  const labels = names(MOST_SCORED_LABELS);
  const scores = scoresByLabel(undefined, labels, (k) => k);
  expect(Object.keys(scores)).toEqual(labels);
  expect(scores.c7).toBe(7);
});

it('gives the largest scores only where there are more, whatever is asked of how many', () => {
  const labels = names(MOST_SCORED_LABELS + 1);
  const scores = scoresByLabel(undefined, labels, (k) => k % 1000);
  expect(Object.keys(scores)).toHaveLength(100);
  expect(Object.entries(scores).slice(0, 3)).toEqual([
    ['c1999', 999],
    ['c999', 999],
    ['c1998', 998],
  ]);
});

it('leaves out what is not above 0, unless nothing is', () => {
  expect(
    largestScores([
      ['a', 0],
      ['b', 0.5],
      ['c', 0],
    ]),
  ).toEqual({ b: 0.5 });
  expect(
    largestScores([
      ['a', 0],
      ['b', -1],
    ]),
  ).toEqual({ a: 0, b: -1 });
});
