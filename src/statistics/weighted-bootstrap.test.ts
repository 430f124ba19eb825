import { expect, it } from 'vitest';
import { createRandom } from '../ground/random.ts';
import { groupJackknife } from './group-jackknife.ts';
import { deviation } from './percentiles.ts';
import { bootstrapWeighted, testWeighted } from './weighted-bootstrap.ts';

/** Mean of squares minus square of the mean: too small by s²/n on average, which the jackknife finds exactly. */
const plugInVariance =
  (x: Float64Array) =>
  (weights: Float64Array): number => {
    let [total, sum, squares] = [0, 0, 0];
    for (let i = 0; i < x.length; i++) {
      total += weights[i];
      sum += weights[i] * x[i];
      squares += weights[i] * x[i] * x[i];
    }
    return squares / total - (sum / total) ** 2;
  };

const numbers = (n: number): Float64Array => {
  const random = createRandom(n);
  return Float64Array.from({ length: n }, () => random.next() ** 2);
};

it('finds the bias of a plug-in variance exactly, and nearly by groups', () => {
  for (const [n, tolerance] of [
    [50, 1e-9],
    [2000, 0.3],
  ] as const) {
    const x = numbers(n);
    const expected = -(deviation(x) ** 2) / n;
    const { bias, standardError } = groupJackknife(plugInVariance(x), n);
    expect(Math.abs(bias / expected - 1)).toBeLessThan(tolerance);
    const mean = groupJackknife((w) => w.reduce((sum, weight, i) => sum + weight * x[i], 0) / n, n);
    expect(mean.bias).toBeCloseTo(0, 9);
    expect(Math.abs(mean.standardError / (deviation(x) / Math.sqrt(n)) - 1)).toBeLessThan(0.15);
    expect(standardError).toBeGreaterThan(0);
  }
});

it('p is the level at which the interval ends at 0', () => {
  const x = numbers(300).map((value) => value - 0.27);
  const figure = {
    units: 300,
    labelUnits: 300,
    value: (weights: Float64Array) => weights.reduce((sum, weight, i) => sum + weight * x[i], 0) / 300,
  };
  const { p } = testWeighted(figure, { resamples: 2000 });
  expect(p).toBeGreaterThan(0.001);
  expect(p).toBeLessThan(0.9);
  const { low, high, standardError } = bootstrapWeighted(figure, { resamples: 2000, level: 1 - p });
  expect(Math.min(Math.abs(low), Math.abs(high)) / standardError).toBeLessThan(0.15);
  // The same values about 0 have the largest p, all on one side the smallest that resamples can show.
  const centred = { ...figure, value: (w: Float64Array) => figure.value(w) - figure.value(w.map(() => 1)) };
  expect(testWeighted(centred, { resamples: 500 }).p).toBeGreaterThan(0.9);
  const far = { ...figure, value: (w: Float64Array) => figure.value(w) + 10 };
  const least = testWeighted(far, { resamples: 500 }).p;
  expect(least).toBeGreaterThanOrEqual(1 / 501);
  expect(least).toBeLessThan(2 / 501);
});
