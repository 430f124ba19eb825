import { expect, it } from 'vitest';
import { createRandom } from '../ground/random.ts';
import { sortScores, WEIGHTED_CURVES } from '../metrics/curves.ts';
import { bootstrapWeighted } from '../statistics/weighted-bootstrap.ts';

/** The mean average precision of rare labels that score a little higher than the rest. */
function rareLabels(random: ReturnType<typeof createRandom>, units: number) {
  const own = Uint32Array.from({ length: units }, (_, i) => i);
  const curves = [0, 1, 2].map(() => {
    const positive = Array.from({ length: units }, () => random.next() < 0.2);
    const scores = positive.map((isOne) => random.next() + random.next() + (isOne ? 0.3 : 0));
    return { sorted: sortScores(scores, positive, own)!, positives: positive.filter(Boolean).length };
  });
  return {
    units,
    labelUnits: Math.min(...curves.map(({ positives }) => positives)),
    value: (weights: Float64Array): number =>
      curves.reduce((sum, { sorted }) => sum + WEIGHTED_CURVES['average-precision'](sorted, weights), 0) /
      curves.length,
  };
}

it('covers the mean average precision of rare labels, which small samples overestimate', () => {
  const random = createRandom(21);
  const truth = rareLabels(random, 40_000).value(new Float64Array(40_000).fill(1));
  const TRIALS = 100;
  const seen = { covered: 0, estimate: 0 };
  for (let trial = 0; trial < TRIALS; trial++) {
    const { low, high, estimate } = bootstrapWeighted(rareLabels(random, 100), {
      resamples: 150,
      seed: trial,
    });
    seen.estimate += estimate / TRIALS;
    if (low <= truth && truth <= high) seen.covered++;
  }
  expect(seen.estimate).toBeGreaterThan(truth + 0.005);
  expect(seen.covered / TRIALS).toBeGreaterThan(0.9);
});
