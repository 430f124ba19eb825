import { expect, it } from 'vitest';
import { createRandom } from '../ground/random.ts';
import { unitVariance } from './influence.ts';
import { normalQuantile } from './normal.ts';
import { minimumDetectableDifference, unitsNeeded } from './power.ts';
import { overSeeds } from './seeds.ts';

const UNITS = 600;

/** Item i under seed s scores item + seed + noise, with known deviations. */
function simulate(seeds: number, spread: { item: number; seed: number; noise: number }): Float64Array[] {
  const random = createRandom(21);
  const normal = (): number => normalQuantile(random.next() || 0.5);
  const items = Float64Array.from({ length: UNITS }, () => spread.item * normal());
  return Array.from({ length: seeds }, () => {
    const shift = spread.seed * normal();
    return items.map((item) => item + shift + spread.noise * normal());
  });
}

const mean = (sums: Float64Array): number => sums[0] / UNITS;

it('separates the two sources of variance', () => {
  const summary = overSeeds(simulate(40, { item: 1, seed: 0.05, noise: 0.6 }), 1, mean, { resamples: 3000 });
  expect(summary.itemVariance * UNITS).toBeCloseTo(1, 0);
  expect(summary.interactionVariance * UNITS).toBeCloseTo(0.36, 1);
  expect(Math.sqrt(summary.seedVariance)).toBeGreaterThan(0.03);
  expect(Math.sqrt(summary.seedVariance)).toBeLessThan(0.07);
});

it('a deterministic model has no seed variance', () => {
  const [run] = simulate(1, { item: 1, seed: 0, noise: 0 });
  const summary = overSeeds([run, run, run], 1, mean, { resamples: 500 });
  expect(summary).toMatchObject({ deviation: 0, seedVariance: 0 });
  expect(summary.interactionVariance).toBeCloseTo(0, 12);
});

it('leaves the variance of seeds undefined for one seed', () => {
  const summary = overSeeds(simulate(1, { item: 1, seed: 0, noise: 0 }), 1, mean, { resamples: 500 });
  expect(summary.seedVariance).toBeNaN();
  expect(summary.standardError).toBeGreaterThan(0);
});

it('the unit variance of a mean is the variance of the units', () => {
  const counts = Float64Array.from({ length: 2 * 10 }, (_, i) => (i % 2 === 1 || i < 14 ? 1 : 0));
  expect(unitVariance(counts, 2, (sums) => sums[0] / sums[1])).toBeCloseTo((0.7 * 0.3 * 10) / 9, 12);
});

it('correlated systems show smaller differences', () => {
  const variance = 0.8 * 0.2;
  const alone = minimumDetectableDifference(variance, 1000);
  expect(alone).toBeCloseTo(0.0501, 4);
  expect(minimumDetectableDifference(variance, 1000, { correlation: 0.75 })).toBeCloseTo(alone / 2, 12);
  expect(unitsNeeded(variance, alone * 1.00001)).toBe(1000);
});
