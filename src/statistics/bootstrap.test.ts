import { describe, expect, it } from 'vitest';
import { createRandom } from '../ground/random.ts';
import { bootstrap, bootstrapMany, bootstrapTables, resampledValues } from './bootstrap.ts';
import { deviation, quantile } from './percentiles.ts';
import { bootstrapWeighted } from './weighted-bootstrap.ts';

const accuracy = (sums: Float64Array): number => sums[0] / sums[1];
const correct = (right: number, n: number): Float64Array =>
  Float64Array.from({ length: 2 * n }, (_, i) => (i % 2 === 1 || i / 2 < right ? 1 : 0));

describe('bootstrap', () => {
  it('has the standard error of the binomial', () => {
    const { estimate, standardError, units, resamples, level } = bootstrap(correct(800, 1000), 2, accuracy);
    expect(estimate).toBe(0.8);
    expect(standardError).toBeCloseTo(Math.sqrt((0.8 * 0.2) / 1000), 3);
    expect({ units, resamples, level }).toEqual({ units: 1000, resamples: 10_000, level: 0.95 });
  });

  it('covers the truth as often as it says', () => {
    const random = createRandom(11);
    const TRIALS = 300;
    let covered = 0;
    for (let trial = 0; trial < TRIALS; trial++) {
      const counts = Float64Array.from({ length: 400 }, (_, i) =>
        i % 2 === 1 || random.next() < 0.7 ? 1 : 0,
      );
      const { low, high } = bootstrap(counts, 2, accuracy, { resamples: 400, seed: trial });
      if (low <= 0.7 && 0.7 <= high) covered++;
    }
    expect(covered / TRIALS).toBeGreaterThan(0.9);
    expect(covered / TRIALS).toBeLessThan(0.985);
  });

  it('common and rare rows mixed have the same spread as drawing unit by unit', () => {
    const random = createRandom(5);
    const counts = Float64Array.from({ length: 600 }, (_, i) =>
      i < 300 ? Number(i < 240) : random.next() * 3,
    );
    const mean = (sums: Float64Array): number => sums[0] / 600;
    const fast = bootstrap(counts, 1, mean, { resamples: 20_000 });
    const slow = bootstrapWeighted(
      {
        units: 600,
        labelUnits: 600,
        value: (weights) => weights.reduce((sum, weight, i) => sum + weight * counts[i], 0) / 600,
      },
      { resamples: 4000 },
    );
    expect(fast.standardError / slow.standardError).toBeCloseTo(1, 1);
    expect(fast.standardError / (deviation(counts) / Math.sqrt(600))).toBeCloseTo(1, 1);
  });

  it('is reproducible to the bit, and another seed differs', () => {
    const counts = Float64Array.from({ length: 300 }, (_, i) => Math.sqrt(i));
    const run = (seed: number): Float64Array =>
      resampledValues(counts, 1, (sums) => sums[0], { resamples: 50, seed });
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });

  it('gives each of many scores the same interval as computed alone', () => {
    const counts = Float64Array.from({ length: 400 }, (_, i) => (i * 7919) % 13);
    const values = [(s: Float64Array) => s[0] / s[1], (s: Float64Array) => s[1]];
    const options = { resamples: 500, method: 'bca', seed: 4 } as const;
    const figures = values.map((value) => ({ value }));
    expect(bootstrapMany(counts, 2, figures, options)).toEqual(
      values.map((value) => bootstrap(counts, 2, value, options)),
    );
  });

  it('gives tables that share the weights of their resamples the same intervals as computed alone', () => {
    const tables = [
      // Rows of the same sizes: 100 and 300 units.
      { counts: correct(300, 400), width: 2, figures: [{ value: accuracy }] },
      { counts: correct(300, 400).map((each) => 1 - each / 2), width: 2, figures: [{ value: accuracy }] },
      {
        counts: correct(200, 400),
        width: 2,
        figures: [{ value: accuracy }, { value: (s: Float64Array) => s[0] }],
      },
    ];
    for (const method of ['bayesian', 'percentile'] as const) {
      const options = { resamples: 500, seed: 4, method };
      expect(bootstrapTables(tables, options)).toEqual(
        tables.map(({ counts, width, figures }) => bootstrapMany(counts, width, figures, options)),
      );
    }
  });

  it('flags perfect answers as showing no spread', () => {
    expect(bootstrap(correct(50, 50), 2, accuracy, { method: 'bca' })).toMatchObject({
      low: 1,
      high: 1,
      flaw: 'no-spread',
    });
  });

  it('gives no limits from one unit', () => {
    expect(bootstrap(correct(1, 1), 2, accuracy)).toMatchObject({
      estimate: 1,
      low: Number.NaN,
      high: Number.NaN,
      flaw: 'too-few-units',
    });
  });

  it('leaves a few undefined resamples out and counts them', () => {
    const counts = correct(3, 4);
    const value = (sums: Float64Array): number => (sums[0] === 0 ? Number.NaN : sums[0]);
    const interval = bootstrap(counts, 2, value, { resamples: 5000, method: 'percentile' });
    expect(interval.undefinedResamples).toBeGreaterThan(0);
    expect(interval.undefinedResamples).toBeLessThan(60);
    expect(interval.low).toBe(1);
    expect(interval.flaw).toBe('few-units');
  });

  it('gives no limits where many resamples have no value', () => {
    const value = (sums: Float64Array): number => (sums[0] === 0 ? Number.NaN : sums[0]);
    expect(bootstrap(correct(1, 4), 2, value, { method: 'percentile' })).toMatchObject({
      low: Number.NaN,
      flaw: 'often-undefined',
    });
  });

  it('falls back to percentiles where BCa has no correction', () => {
    const flat = (sums: Float64Array): number => Math.max(0, Math.abs(sums[0] - 6) - 2);
    expect(bootstrap(correct(6, 12), 2, flat, { method: 'bca', resamples: 2000 })).toMatchObject({
      method: 'percentile',
      flaw: 'bca-unavailable',
    });
  });
});

it('quantiles interpolate as numpy does', () => {
  const sorted = Float64Array.of(1, 2, 4, 8);
  expect([0, 0.25, 0.5, 0.9, 1].map((p) => quantile(sorted, p))).toEqual([1, 1.75, 3, 6.800000000000001, 8]);
});
