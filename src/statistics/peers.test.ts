import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bootstrap } from './bootstrap.ts';
import { holm } from './holm.ts';
import type { IntervalMethod } from './interval.ts';
import { mcnemar } from './mcnemar.ts';
import { normalCdf, normalQuantile } from './normal.ts';
import { bootstrapDifference } from './paired.ts';
import { permutationTest } from './permutation.ts';
import { minimumDetectableDifference } from './power.ts';

interface Limits {
  readonly low: number;
  readonly high: number;
  readonly standardError: number;
}

interface Fixture {
  readonly normal: { z: number[]; cdf: number[]; p: number[]; quantile: number[] };
  readonly bootstrap: readonly (Limits & {
    name: string;
    method: IntervalMethod;
    width: number;
    counts: number[];
    estimate: number;
  })[];
  readonly difference: Limits & { a: number[]; b: number[]; width: number };
  readonly permutation: readonly {
    a: number[];
    b: number[];
    difference: number;
    scipy: number;
    ranx: number;
  }[];
  readonly mcnemar: readonly {
    onlyA: number;
    onlyB: number;
    exact: number;
    chiSquare: number;
    chiSquareP: number;
  }[];
  readonly holm: readonly { p: number[]; adjusted: number[] }[];
  readonly power: readonly { variance: number; units: number; power: number; alpha: number; size: number }[];
}

/** Written by bench/peers/statistics_fixtures.py with pinned scipy, statsmodels and ranx. */
const peers: Fixture = JSON.parse(readFileSync(new URL('fixtures/peers.json', import.meta.url), 'utf8'));

const RESAMPLES = 100_000;
/** Both sides are random: ends of intervals agree within this share of the standard error. */
const MONTE_CARLO = 0.05;

const f1 = (sums: Float64Array): number => (2 * sums[0]) / (2 * sums[0] + sums[1] + sums[2]);

function expectInterval(ours: Limits, theirs: Limits): void {
  const slack = MONTE_CARLO * theirs.standardError;
  expect(Math.abs(ours.low - theirs.low)).toBeLessThan(slack);
  expect(Math.abs(ours.high - theirs.high)).toBeLessThan(slack);
  expect(ours.standardError / theirs.standardError).toBeCloseTo(1, 1.7);
}

const relative = (a: number, b: number): number => (a === b ? 0 : Math.abs(a - b) / Math.abs(b));

describe('peers agree', () => {
  it('normal distribution with scipy.special', () => {
    const { z, cdf, p, quantile } = peers.normal;
    z.forEach((x, i) => {
      expect(relative(normalCdf(x), cdf[i]), `cdf(${x})`).toBeLessThan(2e-13);
    });
    p.forEach((x, i) => {
      expect(Math.abs(normalQuantile(x) - quantile[i]), `quantile(${x})`).toBeLessThan(1e-12);
    });
  });

  it.each(peers.bootstrap)('bootstrap with scipy.stats: $name, $method', (peer) => {
    const mean = (sums: Float64Array): number => sums[0] / peer.counts.length;
    const value = peer.width === 3 ? f1 : mean;
    const ours = bootstrap(Float64Array.from(peer.counts), peer.width, value, {
      resamples: RESAMPLES,
      method: peer.method,
      seed: 7,
    });
    expect(ours.estimate).toBeCloseTo(peer.estimate, 12);
    expect(ours.method).toBe(peer.method);
    expectInterval(ours, peer);
  });

  it('bootstrap of a paired difference with scipy.stats', () => {
    const { a, b, width } = peers.difference;
    const ours = bootstrapDifference(Float64Array.from(a), Float64Array.from(b), width, f1, {
      resamples: RESAMPLES,
      seed: 7,
    });
    expectInterval(ours, peers.difference);
  });

  it.each(peers.permutation)('paired permutation with scipy.stats and ranx: $a.length units', (peer) => {
    const n = peer.a.length;
    const mean = (sums: Float64Array): number => sums[0] / n;
    const ours = permutationTest(Float64Array.from(peer.a), Float64Array.from(peer.b), 1, mean, {
      permutations: RESAMPLES,
      seed: 3,
    });
    expect(ours.difference).toBeCloseTo(peer.difference, 12);
    expect(ours.exact).toBe(n < 16);
    expect(ours.p).toBeCloseTo(peer.scipy, ours.exact ? 12 : 2.3);
    // ranx draws in threads that share one seed.
    expect(ours.p).toBeCloseTo(peer.ranx, 2);
  });

  it.each(peers.mcnemar)('McNemar with statsmodels: $onlyA against $onlyB', (peer) => {
    const ours = mcnemar(peer.onlyA, peer.onlyB);
    expect(relative(ours.exact, peer.exact)).toBeLessThan(1e-10);
    // statsmodels lets the correction overshoot when both sides are equal; a distance is never below 0.
    if (peer.onlyA === peer.onlyB) expect(ours.chiSquare).toBe(0);
    else {
      expect(ours.chiSquare).toBeCloseTo(peer.chiSquare, 10);
      expect(relative(ours.chiSquareP, peer.chiSquareP)).toBeLessThan(1e-10);
    }
  });

  it.each(peers.holm)('Holm with statsmodels: $p', ({ p, adjusted }) => {
    holm(p).forEach((value, i) => {
      expect(value).toBeCloseTo(adjusted[i], 14);
    });
  });

  it.each(peers.power)('power with statsmodels: $units units', ({ variance, units, power, alpha, size }) => {
    expect(relative(minimumDetectableDifference(variance, units, { power, alpha }), size)).toBeLessThan(1e-5);
  });
});
