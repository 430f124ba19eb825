import {
  type BootstrapOptions,
  DEFAULT_LEVEL,
  DEFAULT_RESAMPLES,
  type Interval,
  type IntervalFlaw,
  type IntervalMethod,
  MAX_UNDEFINED_SHARE,
  MIN_LABEL_UNITS,
  MIN_UNITS,
} from './interval.ts';
import { normalCdf, normalQuantile } from './normal.ts';

/** Ends that differ by less than this share of the estimate are rounding, not spread. */
const ROUNDING = 1e-12;

/** What is known about the units besides the resampled values. */
export interface Basis {
  readonly units: number;
  readonly labelUnits: number | undefined;
  readonly acceleration: number;
  /** Factor by which the resampled values spread too little; absent: not known. */
  readonly wider?: number;
  /**
   * How much too high the score itself is, in standard deviations of the resampled values; absent: as much as these are
   * above it, which is the usual correction.
   */
  readonly bias?: number;
  /** How many units carry what the score depends on, where that is not all of them. */
  readonly carriers?: number;
}

const isFew = ({ units, labelUnits = MIN_LABEL_UNITS }: Basis): boolean =>
  units < MIN_UNITS || labelUnits < MIN_LABEL_UNITS;

/** The interval of `drawn`, resampled values of a score in any order, around the score itself. */
export function toInterval(
  estimate: number,
  drawn: Float64Array,
  basis: Basis,
  { resamples = DEFAULT_RESAMPLES, level = DEFAULT_LEVEL, method: asked = 'bayesian' }: BootstrapOptions,
): Interval {
  const { units, labelUnits, acceleration, wider = 1 } = basis;
  const values = sortedValues(drawn);
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
    const shift = shiftOf(z0, basis);
    const reach = wider * normalQuantile(1 - tail) * smallSample(basis);
    return between(normalCdf(shift - reach), normalCdf(shift + reach), asked);
  }
  const corrected = (p: number): number => {
    const z = z0 + normalQuantile(p);
    return normalCdf(z0 + z / (1 - acceleration * z));
  };
  const [low, high] = [corrected(tail), corrected(1 - tail)];
  const isUnavailable = !Number.isFinite(z0) || Number.isNaN(low) || Number.isNaN(high);
  return isUnavailable ? between(tail, 1 - tail, 'percentile', 'bca-unavailable') : between(low, high, asked);
}

/** What is not NaN, ascending. */
function sortedValues(drawn: Float64Array): Float64Array {
  const values = new Float64Array(drawn.length);
  let size = 0;
  for (let i = 0; i < drawn.length; i++) if (!Number.isNaN(drawn[i])) values[size++] = drawn[i];
  return values.subarray(0, size).sort();
}

/** By how much the percentiles move, as a normal quantile. All values on one side: nothing to correct by. */
const shiftOf = (z0: number, { bias = -z0 }: Basis): number => (Number.isFinite(z0) ? z0 - bias : 0);

/** Weights of a Bayesian bootstrap vary by (n - 1)/(n + 1) of what n units do. */
const smallSample = ({ units, carriers: n = units }: Basis): number => Math.sqrt((n + 1) / (n - 1));

/**
 * Two-sided p-value of a true score of 0: the level at which the interval of `toInterval` (`bayesian`) ends at 0. Never
 * below the share of one resample. NaN without an interval.
 */
export function pValueOfZero(estimate: number, drawn: Float64Array, basis: Basis): number {
  const values = sortedValues(drawn);
  if (Number.isNaN(estimate) || drawn.length - values.length > MAX_UNDEFINED_SHARE * drawn.length)
    return Number.NaN;
  if (basis.units < 2) return Number.NaN;
  const shift = shiftOf(normalQuantile(shareBelow(values, estimate)), basis);
  const least = 1 / (values.length + 1);
  const below = Math.min(1 - least / 2, Math.max(least / 2, shareBelow(values, 0)));
  const distance = Math.abs(normalQuantile(below) - shift) / ((basis.wider ?? 1) * smallSample(basis));
  return Math.max(least, Math.min(1, 2 * normalCdf(-distance)));
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
