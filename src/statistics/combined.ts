import type { Value } from './bootstrap.ts';
import type { Counts } from './counts.ts';
import { widening } from './influence.ts';
import { type BootstrapOptions, DEFAULT_RESAMPLES, type Interval } from './interval.ts';
import { toInterval } from './percentiles.ts';
import { distinctRows } from './rows.ts';
import { createWeightedSums } from './weighting.ts';

/** A score with its resampled values, which spread as widely as the score itself does. */
export interface Spread {
  readonly estimate: number;
  /** In the order drawn. */
  readonly drawn: Float64Array;
  /** Independent units that were resampled. */
  readonly units: number;
}

type Drawing = Pick<BootstrapOptions, 'resamples' | 'seed'>;

/**
 * Resampled values of several scores of the same units: the n-th value of each is under the same weights (Bayesian
 * bootstrap), so that their differences are paired.
 */
export function pairedSpreads(
  counts: Counts,
  width: number,
  values: readonly Value[],
  { resamples = DEFAULT_RESAMPLES, seed = 0 }: Drawing = {},
): Spread[] {
  const table = distinctRows(counts, width);
  const drawn = values.map(() => new Float64Array(resamples).fill(Number.NaN));
  const { units } = table;
  if (units > 1) {
    const resample = createWeightedSums(table, seed);
    for (let i = 0; i < resamples; i++) {
      const sums = resample();
      for (let v = 0; v < values.length; v++) drawn[v][i] = values[v](sums);
    }
  }
  // Weights of a Bayesian bootstrap vary by (n - 1)/(n + 1) of what n units do.
  const small = Math.sqrt((units + 1) / Math.max(1, units - 1));
  return values.map((value, v) => {
    const estimate = value(table.total);
    const factor = units > 1 ? small * widening(table, value) : 1;
    return { estimate, units, drawn: drawn[v].map((each) => estimate + (each - estimate) * factor) };
  });
}

/** The difference of two scores of the same units. */
export const differenceOf = (a: Spread, b: Spread): Spread => ({
  estimate: a.estimate - b.estimate,
  drawn: a.drawn.map((value, i) => value - b.drawn[i]),
  units: a.units,
});

/**
 * The mean of scores of independent corpora: every resample of the mean is the mean of one resample of each. `units` of
 * the interval are those of the smallest corpus.
 */
export function meanInterval(
  spreads: readonly Spread[],
  options: Omit<BootstrapOptions, 'method'> = {},
): Interval {
  const { length } = spreads;
  const mean = (of: (spread: Spread) => number): number =>
    spreads.reduce((sum, spread) => sum + of(spread), 0) / length;
  const drawn = Float64Array.from(spreads[0].drawn, (_, i) => mean((spread) => spread.drawn[i]));
  const units = Math.min(...spreads.map((spread) => spread.units));
  const basis = { units, labelUnits: undefined, acceleration: 0, carriers: Number.MAX_SAFE_INTEGER };
  return toInterval(
    mean(({ estimate }) => estimate),
    drawn,
    basis,
    { resamples: drawn.length, ...options },
  );
}
