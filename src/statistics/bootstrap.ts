import type { Counts } from './counts.ts';
import { widening } from './influence.ts';
import { type BootstrapOptions, DEFAULT_RESAMPLES, type Interval, type Supported } from './interval.ts';
import { toInterval } from './percentiles.ts';
import { createResampler } from './resample.ts';
import { type DistinctRows, distinctRows, sumsWithout } from './rows.ts';
import { createWeightedSums } from './weighting.ts';

/** Summed counts → a score; NaN where it is undefined. */
export type Value = (sums: Float64Array) => number;

/** A score of summed counts, and the columns that hold the gold of labels which count by themselves. */
export interface Figure extends Supported {
  readonly value: Value;
}

/**
 * Bootstrap interval of a corpus metric over independent units.
 *
 * `counts` is units × width, row-major, or the same without its zeros: what each unit adds to the sufficient statistics. BCa is
 * Efron 1987 with the jackknife acceleration, as in scipy.stats.bootstrap; quantiles interpolate
 * linearly. What cannot be computed is named in `flaw`, never thrown.
 *
 * @example
 * ```ts
 * import { bootstrap } from 'chineseblue';
 *
 * // Three documents; of each, how many of its answers are right and how many there are.
 * const counts = Float64Array.of(8, 10, 4, 10, 9, 10);
 * const interval = bootstrap(counts, 2, ([right, all]) => right / all, { seed: 1 });
 * interval.estimate; // 0.7
 * console.log(interval.low, interval.high, interval.flaw);
 * ```
 */
export function bootstrap(
  counts: Counts,
  width: number,
  value: Value,
  options: BootstrapOptions & Supported = {},
): Interval {
  return bootstrapMany(counts, width, [{ value, supports: options.supports }], options)[0];
}

/** The resampled values themselves, in the order drawn, for plots and for functions of several scores. */
export function resampledValues(
  counts: Counts,
  width: number,
  value: Value,
  options: BootstrapOptions = {},
): Float64Array {
  return drawValues(distinctRows(counts, width), [{ value }], options)[0];
}

/** Intervals of several scores of the same counts, from the same resamples: F1 of every type in one pass. */
export function bootstrapMany(
  counts: Counts,
  width: number,
  figures: readonly Figure[],
  options: BootstrapOptions = {},
): Interval[] {
  const table = distinctRows(counts, width);
  const drawn = drawValues(table, figures, options);
  return figures.map(({ value, supports }, f) => {
    const { units } = table;
    const { method = 'bayesian' } = options;
    const acceleration = method === 'bca' && units > 1 ? accelerationOf(jackknife(table, value)) : 0;
    const wider = method === 'bayesian' && units > 1 ? widening(table, value) : 1;
    const labelUnits = supports && rarest(table, supports);
    return toInterval(value(table.total), drawn[f], { units, labelUnits, acceleration, wider }, options);
  });
}

/** One list of resampled values per figure; empty lists where there are not two units. */
function drawValues(
  table: DistinctRows,
  figures: readonly Figure[],
  { resamples = DEFAULT_RESAMPLES, seed = 0, method = 'bayesian' }: BootstrapOptions,
): Float64Array[] {
  const drawn = figures.map(() => new Float64Array(table.units < 2 ? 0 : resamples));
  if (table.units < 2) return drawn;
  const resample = method === 'bayesian' ? createWeightedSums(table, seed) : createResampler(table, seed);
  for (let i = 0; i < resamples; i++) {
    const sums = resample();
    for (let f = 0; f < figures.length; f++) drawn[f][i] = figures[f].value(sums);
  }
  return drawn;
}

/** The fewest units that any of these columns is not zero in; columns without any do not count. Undefined: none has. */
function rarest(
  { size, width, rows, multiplicity, total }: DistinctRows,
  columns: readonly number[],
): number | undefined {
  const units = new Uint32Array(width);
  for (let row = 0; row < size; row++) {
    for (let i = rows.starts[row]; i < rows.starts[row + 1]; i++) units[rows.columns[i]] += multiplicity[row];
  }
  let fewest: number | undefined;
  for (const column of columns) {
    if (total[column] === 0) continue;
    if (fewest === undefined || units[column] < fewest) fewest = units[column];
  }
  return fewest;
}

interface Jackknife {
  /** The score without one unit, a distinct row each. */
  readonly values: Float64Array;
  /** How many units give that value. */
  readonly weights: Int32Array;
}

/** Leave-one-unit-out values, one a distinct row. */
function jackknife(table: DistinctRows, value: Value): Jackknife {
  const values = new Float64Array(table.size);
  const without = sumsWithout(table, 1);
  for (let row = 0; row < table.size; row++) values[row] = value(without(row));
  return { values, weights: table.multiplicity };
}

/** Efron 1987, equation 6.6. Undefined values are left out. NaN where the values do not vary. */
function accelerationOf({ values, weights }: Jackknife): number {
  let units = 0;
  let mean = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) continue;
    units += weights[i];
    mean += weights[i] * values[i];
  }
  mean /= units;
  let squares = 0;
  let cubes = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) continue;
    const u = mean - values[i];
    squares += weights[i] * u * u;
    cubes += weights[i] * u * u * u;
  }
  return cubes / (6 * squares ** 1.5);
}
