import { expect, it } from 'vitest';
import { largestScores, MOST_SCORED_LABELS, scoresByLabel } from './labels.ts';

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `c${i}`);

it('gives every label its score where there are not very many', () => {
  const labels = names(MOST_SCORED_LABELS);
  const scores = scoresByLabel(undefined, labels, (k) => k);
  expect(Object.keys(scores)).toEqual(labels);
  expect(scores.c7).toBe(7);
});

it('gives only the largest scores where there are more, whatever number is requested', () => {
  const labels = names(MOST_SCORED_LABELS + 1);
  const scores = scoresByLabel(undefined, labels, (k) => k % 1000);
  expect(Object.keys(scores)).toHaveLength(100);
  expect(Object.entries(scores).slice(0, 3)).toEqual([
    ['c1999', 999],
    ['c999', 999],
    ['c1998', 998],
  ]);
});

it('omits labels without a positive score, unless none has one', () => {
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
