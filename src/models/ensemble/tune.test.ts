import { expect, it } from 'vitest';
import { type Tuning, tuneWeights } from './tune.ts';

/** One input per row of members' scores: label 1 is predicted from one half on. */
const tuningOf = (
  rows: readonly (readonly number[])[],
  gold: readonly string[],
): Tuning<'classification'> => ({
  candidates: rows.map((row) => ({
    values: Float64Array.from(row),
    classes: ['1'],
    right: () => new Float64Array(1),
    decide: (scores, threshold) => ({ label: scores[0] >= threshold ? '1' : '0' }),
  })),
  threshold: false,
  score: (predictions) => predictions.filter(({ label }, i) => label === gold[i]).length / gold.length,
});

it('leaves out a member that two others are better without, however certain it is', async () => {
  const rows = [
    [0.506, 0.498, 1],
    [0.502, 0.494, 1],
  ];
  const { weights, score } = await tuneWeights(tuningOf(rows, ['1', '0']), 3);
  expect(score).toBe(1);
  expect(weights[2]).toBe(0);
  expect(weights[0] * weights[1]).toBeGreaterThan(0);
});

it('leaves out several members, one after another', async () => {
  const rows = [
    [0.5, 0.506, 0.5, 0.498],
    [1, 0.502, 0.5, 0.494],
    [0.5, 0.502, 1, 0.494],
  ];
  const { weights, score } = await tuneWeights(tuningOf(rows, ['1', '0', '0']), 4);
  expect(score).toBe(1);
  expect(weights.map((weight) => weight > 0)).toEqual([false, true, false, true]);
});

it('keeps equal weights where nothing is better', async () => {
  const { weights, score } = await tuneWeights(tuningOf([[0.9, 0.8, 0.7]], ['1']), 3);
  expect({ weights, score }).toEqual({ weights: [1, 1, 1], score: 1 });
});
