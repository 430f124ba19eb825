import { widening } from './influence.ts';
import {
  type BootstrapOptions,
  DEFAULT_LEVEL,
  DEFAULT_RESAMPLES,
  type Interval,
  type IntervalFlaw,
  type IntervalMethod,
  MAX_CURVE_BIAS,
  MAX_UNDEFINED_SHARE,
  MIN_LABEL_UNITS,
  MIN_UNITS,
  type Supported,
} from './interval.ts';
import { normalCdf, normalQuantile } from './normal.ts';
import { createResampler } from './resample.ts';
import { type DistinctRows, distinctRows } from './rows.ts';
import { createWeightedSums, createWeighting } from './weighting.ts';

/** Summed counts → a score; NaN where it is undefined. */
export type Value = (sums: Float64Array) => number;

/** A score of summed counts, and the columns that hold the gold of labels which count by themselves. */
export interface Figure extends Supported {
  readonly value: Value;
}

/**
 * Bootstrap interval of a corpus metric over independent units.
 *
 * `counts` is units × width, row-major: what each unit adds to the sufficient statistics. BCa is
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
  counts: Float64Array,
  width: number,
  value: Value,
  options: BootstrapOptions & Supported = {},
): Interval {
  return bootstrapMany(counts, width, [{ value, supports: options.supports }], options)[0];
}

/** The resampled values themselves, in the order drawn, for plots and for functions of several scores. */
export function resampledValues(
  counts: Float64Array,
  width: number,
  value: Value,
  options: BootstrapOptions = {},
): Float64Array {
  return drawValues(distinctRows(counts, width), [{ value }], options)[0];
}

/** Intervals of several scores of the same counts, from the same resamples: F1 of every type in one pass. */
export function bootstrapMany(
  counts: Float64Array,
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

/** A score under weights of the units, for metrics that do not add up over units. */
export interface WeightedFigure {
  /** One positive weight per unit. */
  readonly value: (weights: Float64Array) => number;
  readonly units: number;
  /** Units of the rarest side: see `Interval.labelUnits`. */
  readonly labelUnits: number;
}

/**
 * Average precision is too high in a small sample, as every positive counts in its own precision. Weights raise it again
 * by about half as much only, so that the bias counts twice. Areas under ROC curves have no such bias.
 */
const CURVE_CORRECTION = 3;

/** The Bayesian bootstrap interval of a metric that does not add up over units (an area under a curve). */
export function bootstrapWeighted(
  { value, units, labelUnits }: WeightedFigure,
  options: Omit<BootstrapOptions, 'method'> = {},
): Interval {
  const { resamples = DEFAULT_RESAMPLES, seed = 0 } = options;
  const weigh = createWeighting(units, seed);
  const estimate = value(new Float64Array(units).fill(1));
  const drawn = new Float64Array(units < 2 || Number.isNaN(estimate) ? 0 : resamples);
  for (let i = 0; i < drawn.length; i++) drawn[i] = value(weigh());
  return toInterval(
    estimate,
    drawn,
    { units, labelUnits, acceleration: 0, correction: CURVE_CORRECTION, maxBias: MAX_CURVE_BIAS },
    options,
  );
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
  let fewest: number | undefined;
  for (const column of columns) {
    if (total[column] === 0) continue;
    let units = 0;
    for (let row = 0; row < size; row++) if (rows[row * width + column] !== 0) units += multiplicity[row];
    if (fewest === undefined || units < fewest) fewest = units;
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

/** Ends that differ by less than this share of the estimate are rounding, not spread. */
const ROUNDING = 1e-12;

/** What is known of the units beside the resampled values. */
interface Basis {
  readonly units: number;
  readonly labelUnits: number | undefined;
  readonly acceleration: number;
  /** Factor by which the resampled values spread too little; absent: not known. */
  readonly wider?: number;
  /** How far the percentiles are moved by the median bias of the values, once for each of the two. Default 2. */
  readonly correction?: number;
  /** Above this bias, in standard errors, an interval is flagged; absent: never. */
  readonly maxBias?: number;
}

const isFew = ({ units, labelUnits = MIN_LABEL_UNITS }: Basis): boolean =>
  units < MIN_UNITS || labelUnits < MIN_LABEL_UNITS;

function toInterval(
  estimate: number,
  drawn: Float64Array,
  basis: Basis,
  { resamples = DEFAULT_RESAMPLES, level = DEFAULT_LEVEL, method: asked = 'bayesian' }: BootstrapOptions,
): Interval {
  const {
    units,
    labelUnits,
    acceleration,
    wider = 1,
    correction = 2,
    maxBias = Number.POSITIVE_INFINITY,
  } = basis;
  const values = drawn.filter((value) => !Number.isNaN(value)).sort();
  const undefinedResamples = drawn.length - values.length;
  const few: IntervalFlaw | undefined = isFew(basis) ? 'few-units' : undefined;
  const give = (
    low: number,
    high: number,
    method: IntervalMethod,
    flaw: IntervalFlaw | undefined,
  ): Interval => ({
    estimate,
    low,
    high,
    level,
    method,
    resamples,
    units,
    ...(labelUnits !== undefined && { labelUnits }),
    standardError: deviation(values),
    undefinedResamples,
    ...(flaw && { flaw }),
  });
  if (units < 2 || Number.isNaN(estimate)) return give(Number.NaN, Number.NaN, asked, 'too-few-units');
  if (undefinedResamples > MAX_UNDEFINED_SHARE * drawn.length)
    return give(Number.NaN, Number.NaN, asked, 'often-undefined');
  if (values[values.length - 1] - values[0] <= ROUNDING * Math.abs(estimate))
    return give(estimate, estimate, asked, 'no-spread');
  const tail = (1 - level) / 2;
  const between = (low: number, high: number, method: IntervalMethod, flaw?: IntervalFlaw): Interval =>
    give(quantile(values, low), quantile(values, high), method, flaw ?? few);
  if (asked === 'percentile') return between(tail, 1 - tail, asked);
  const z0 = normalQuantile(shareBelow(values, estimate));
  if (asked === 'bayesian') {
    // All values on one side: nothing to correct by.
    const shift = Number.isFinite(z0) ? correction * z0 : 0;
    const reach = wider * normalQuantile(1 - tail) * Math.sqrt((units + 1) / (units - 1));
    const flaw = Math.abs(z0) > maxBias ? 'few-units' : undefined;
    return between(normalCdf(shift - reach), normalCdf(shift + reach), asked, flaw);
  }
  const corrected = (p: number): number => {
    const z = z0 + normalQuantile(p);
    return normalCdf(z0 + z / (1 - acceleration * z));
  };
  const [low, high] = [corrected(tail), corrected(1 - tail)];
  const isUnavailable = !Number.isFinite(z0) || Number.isNaN(low) || Number.isNaN(high);
  return isUnavailable ? between(tail, 1 - tail, 'percentile', 'bca-unavailable') : between(low, high, asked);
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
