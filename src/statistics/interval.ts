/**
 * How units are weighted in a resample, and how an interval is read off the resampled values.
 *
 * - `bayesian`: weights of a Bayesian bootstrap (Rubin 1981), bias-corrected percentiles (Efron 1981). Every unit keeps
 *   some weight, so the labels that occur in gold are the same in every resample.
 * - `percentile`: units drawn with replacement (Efron 1979), plain percentiles. A rare label is missing from many
 *   resamples, and an average over the labels that occur then changes its meaning.
 * - `bca`: the same draws, bias-corrected and accelerated (Efron 1987).
 */
export type IntervalMethod = 'bayesian' | 'percentile' | 'bca';

/** Why an interval should be read with care, or could not be computed as requested. */
export type IntervalFlaw =
  /** Fewer than two units, or no finite estimate: `low` and `high` are NaN. */
  | 'too-few-units'
  /** Every resample gave the same value: the data show no spread, which does not prove that there is none. */
  | 'no-spread'
  /** More than `MAX_UNDEFINED_SHARE` of the resamples had no value: `low` and `high` are NaN. */
  | 'often-undefined'
  /** BCa has no finite correction here (a jackknife without spread, all resamples on one side): percentile instead. */
  | 'bca-unavailable'
  /**
   * Fewer than `MIN_UNITS` units, or than `MIN_LABEL_UNITS` with gold of a label that is scored separately: the interval may
   * cover the true value less often than its level says.
   */
  | 'few-units';

/** An estimate with its interval. */
export interface Interval {
  /** The value on the data itself. */
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
  /** E.g. 0.95. */
  readonly level: number;
  /** The method that was used, which may differ from the requested one: see `flaw`. */
  readonly method: IntervalMethod;
  readonly resamples: number;
  /** Number of independent units that were resampled. */
  readonly units: number;
  /** Units with gold of the rarest label that is scored separately; absent where none is. */
  readonly labelUnits?: number;
  /** Standard deviation of the resampled values. */
  readonly standardError: number;
  /** Resamples without a value (NaN). They are left out of the quantiles and of the standard error. */
  readonly undefinedResamples: number;
  readonly flaw?: IntervalFlaw;
}

/** How an interval is computed. */
export interface BootstrapOptions {
  /** Default 10 000. */
  readonly resamples?: number;
  /** Default 0.95. */
  readonly level?: number;
  readonly seed?: number;
  /** Default `bayesian`. */
  readonly method?: IntervalMethod;
}

/** What a metric says about its counts: see `Metric.supports`. */
export interface Supported {
  readonly supports?: readonly number[];
}

export const DEFAULT_RESAMPLES = 10_000;
export const DEFAULT_LEVEL = 0.95;
/** Above this share of undefined resamples no interval is given. */
export const MAX_UNDEFINED_SHARE = 0.05;
/** From these numbers upward intervals hold their level: bench/statistics/coverage.ts. */
export const MIN_UNITS = 100;
export const MIN_LABEL_UNITS = 10;
