import { describe, expect, it } from 'vitest';
import { bootstrap } from './bootstrap.ts';
import { differenceOf, meanInterval, pairedSpreads } from './combined.ts';

/** Units that are right or wrong: [right, all] of each. */
const accuracyOf = (right: number, units: number): Float64Array =>
  Float64Array.from({ length: 2 * units }, (_, i) => (i % 2 === 1 || i / 2 < right ? 1 : 0));
const share = ([right, all]: Float64Array): number => right / all;
const options = { resamples: 4000, seed: 3 };

describe('the mean of scores of several corpora', () => {
  it('of one corpus has the interval of the score itself', () => {
    const counts = accuracyOf(240, 300);
    const [spread] = pairedSpreads(counts, 2, [share], options);
    const alone = bootstrap(counts, 2, share, options);
    const mean = meanInterval([spread], options);
    expect(mean.estimate).toBe(0.8);
    expect(mean.low).toBeCloseTo(alone.low, 2);
    expect(mean.high).toBeCloseTo(alone.high, 2);
  });

  it('of two has the mean of their values and an error of the root of the summed variances, halved', () => {
    const spreads = [
      ...pairedSpreads(accuracyOf(240, 300), 2, [share], options),
      ...pairedSpreads(accuracyOf(300, 500), 2, [share], { ...options, seed: 4 }),
    ];
    const { estimate, standardError, units } = meanInterval(spreads);
    expect(estimate).toBeCloseTo(0.7, 12);
    expect(units).toBe(300);
    const expected = Math.sqrt((0.8 * 0.2) / 300 + (0.6 * 0.4) / 500) / 2;
    expect(standardError).toBeCloseTo(expected, 3);
  });

  it('is paired: equal scores do not differ in any resample', () => {
    const [a, b] = pairedSpreads(accuracyOf(30, 100), 2, [share, share], options);
    expect(differenceOf(a, b).drawn.every((value) => value === 0)).toBe(true);
    expect(meanInterval([differenceOf(a, b)]).flaw).toBe('no-spread');
  });

  it('has no interval where a corpus is a single unit', () => {
    const [one] = pairedSpreads(accuracyOf(1, 1), 2, [share], options);
    expect(meanInterval([one]).flaw).toBe('too-few-units');
  });
});
