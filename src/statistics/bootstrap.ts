import { createRandom } from '../ground/random.ts';
import {
  type BootstrapOptions,
  DEFAULT_LEVEL,
  DEFAULT_RESAMPLES,
  type Interval,
  type IntervalFlaw,
  type IntervalMethod,
  MAX_UNDEFINED_SHARE,
} from './interval.ts';
import { normalCdf, normalQuantile } from './normal.ts';
import { createResampler } from './resample.ts';
import { type DistinctRows, distinctRows } from './rows.ts';

/** Summed counts → a score; NaN where it is undefined. */
export type Value = (sums: Float64Array) => number;

/**
 * Bootstrap interval of a corpus metric (Efron 1979), resampling independent units.
 *
 * `counts` is units × width, row-major: what each unit adds to the sufficient statistics. BCa is
 * Efron 1987 with the jackknife acceleration, as in scipy.stats.bootstrap; quantiles interpolate
 * linearly. What cannot be computed is reported in `flaw`, never thrown.
 */
export function bootstrap(
  counts: Float64Array,
  width: number,
  value: Value,
  options: BootstrapOptions = {},
): Interval {
  const { resamples = DEFAULT_RESAMPLES, seed = 0, method = 'percentile' } = options;
  const table = distinctRows(counts, width);
  const values = table.units < 2 ? new Float64Array(0) : drawValues(table, value, resamples, seed);
  const acceleration = method === 'bca' && table.units > 1 ? accelerationOf(jackknife(table, value)) : 0;
  return toInterval(value(table.total), values, table.units, { ...options, acceleration });
}

/** The resampled values themselves, in the order drawn, for plots and for functions of several scores. */
export function resampledValues(
  counts: Float64Array,
  width: number,
  value: Value,
  options: Pick<BootstrapOptions, 'resamples' | 'seed'> = {},
): Float64Array {
  return drawValues(
    distinctRows(counts, width),
    value,
    options.resamples ?? DEFAULT_RESAMPLES,
    options.seed ?? 0,
  );
}

/** Intervals of several scores of the same counts, from the same resamples: F1 of every type in one pass. */
export function bootstrapMany(
  counts: Float64Array,
  width: number,
  values: readonly Value[],
  options: BootstrapOptions = {},
): Interval[] {
  const { resamples = DEFAULT_RESAMPLES, seed = 0, method = 'percentile' } = options;
  const table = distinctRows(counts, width);
  const drawn = values.map(() => new Float64Array(table.units < 2 ? 0 : resamples));
  const resample = createResampler(table, seed);
  for (let i = 0; i < resamples && table.units > 1; i++) {
    const sums = resample();
    for (let v = 0; v < values.length; v++) drawn[v][i] = values[v](sums);
  }
  return values.map((value, v) => {
    const acceleration = method === 'bca' && table.units > 1 ? accelerationOf(jackknife(table, value)) : 0;
    return toInterval(value(table.total), drawn[v], table.units, { ...options, acceleration });
  });
}

/**
 * The same for a metric that does not add up over units (an area under a curve): `value` gets the
 * indices of the units of a resample. Slow: one whole computation a resample.
 */
export function bootstrapWhole(
  units: number,
  value: (indices: Int32Array) => number,
  options: BootstrapOptions = {},
): Interval {
  const { resamples = DEFAULT_RESAMPLES, seed = 0, method = 'percentile' } = options;
  const random = createRandom(seed, 'bootstrap');
  const everything = Int32Array.from({ length: units }, (_, i) => i);
  const values = new Float64Array(units < 2 ? 0 : resamples);
  const indices = new Int32Array(units);
  for (let i = 0; i < values.length; i++) {
    for (let j = 0; j < units; j++) indices[j] = random.below(units);
    values[i] = value(indices);
  }
  const leftOut = (skip: number): number => value(everything.filter((index) => index !== skip));
  const acceleration =
    method === 'bca' && units > 1
      ? accelerationOf({
          values: Float64Array.from(everything, leftOut),
          weights: new Int32Array(units).fill(1),
        })
      : 0;
  return toInterval(value(everything), values, units, { ...options, acceleration });
}

function drawValues(table: DistinctRows, value: Value, resamples: number, seed: number): Float64Array {
  const resample = createResampler(table, seed);
  const values = new Float64Array(resamples);
  for (let i = 0; i < resamples; i++) values[i] = value(resample());
  return values;
}

interface Jackknife {
  /** The score without one unit, a distinct row each. */
  readonly values: Float64Array;
  /** How many units give that value. */
  readonly weights: Int32Array;
}

/** Leave-one-unit-out values, one a distinct row. */
export function jackknife(table: DistinctRows, value: Value): Jackknife {
  const { size, width, rows, total } = table;
  const values = new Float64Array(size);
  const sums = new Float64Array(width);
  for (let row = 0; row < size; row++) {
    for (let i = 0; i < width; i++) sums[i] = total[i] - rows[row * width + i];
    values[row] = value(sums);
  }
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

function toInterval(
  estimate: number,
  drawn: Float64Array,
  units: number,
  options: BootstrapOptions & { acceleration: number },
): Interval {
  const { resamples = DEFAULT_RESAMPLES, level = DEFAULT_LEVEL, acceleration } = options;
  const values = drawn.filter((value) => !Number.isNaN(value)).sort();
  const undefinedResamples = drawn.length - values.length;
  const give = (low: number, high: number, method: IntervalMethod, flaw?: IntervalFlaw): Interval => ({
    estimate,
    low,
    high,
    level,
    method,
    resamples,
    units,
    standardError: deviation(values),
    undefinedResamples,
    ...(flaw && { flaw }),
  });
  const asked = options.method ?? 'percentile';
  if (units < 2 || Number.isNaN(estimate)) return give(Number.NaN, Number.NaN, asked, 'too-few-units');
  if (undefinedResamples > MAX_UNDEFINED_SHARE * drawn.length)
    return give(Number.NaN, Number.NaN, asked, 'often-undefined');
  if (values[0] === values[values.length - 1]) return give(values[0], values[0], asked, 'no-spread');
  const tail = (1 - level) / 2;
  const percentile = [quantile(values, tail), quantile(values, 1 - tail)] as const;
  if (asked === 'percentile') return give(...percentile, 'percentile');
  const z0 = normalQuantile(shareBelow(values, estimate));
  const corrected = (p: number): number => {
    const z = z0 + normalQuantile(p);
    return normalCdf(z0 + z / (1 - acceleration * z));
  };
  const [low, high] = [corrected(tail), corrected(1 - tail)];
  if (!Number.isFinite(z0) || Number.isNaN(low) || Number.isNaN(high)) {
    return give(...percentile, 'percentile', 'bca-unavailable');
  }
  return give(quantile(values, low), quantile(values, high), 'bca');
}

/** Share of sorted values below `x`, ties counting half. */
function shareBelow(sorted: Float64Array, x: number): number {
  let below = 0;
  let ties = 0;
  for (const value of sorted) {
    if (value < x) below++;
    else if (value === x) ties++;
  }
  return (below + ties / 2) / sorted.length;
}

/** Quantile of sorted values with linear interpolation (type 7 of Hyndman & Fan, the default of numpy and R). */
export function quantile(sorted: Float64Array, p: number): number {
  const at = p * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}

/** Standard deviation with n - 1 below; NaN for fewer than two values. */
export function deviation(values: ArrayLike<number>): number {
  let mean = 0;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const step = values[i] - mean;
    mean += step / (i + 1);
    squares += step * (values[i] - mean);
  }
  return values.length < 2 ? Number.NaN : Math.sqrt(squares / (values.length - 1));
}
