/** How an interval is read off the resampled values. */
export type IntervalMethod = 'percentile' | 'bca';

/** Why an interval should be read with care, or could not be had as asked. */
export type IntervalFlaw =
  /** Fewer than two units, or no finite estimate: `low` and `high` are NaN. */
  | 'too-few-units'
  /** Every resample gave the same value: the data show no spread, which does not prove that there is none. */
  | 'no-spread'
  /** More than `MAX_UNDEFINED_SHARE` of the resamples had no value: `low` and `high` are NaN. */
  | 'often-undefined'
  /** BCa has no finite correction here (a jackknife without spread, all resamples on one side): percentile instead. */
  | 'bca-unavailable';

export interface Interval {
  /** The value on the data itself. */
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
  /** E.g. 0.95. */
  readonly level: number;
  /** The method that was used, which may not be the one asked for: see `flaw`. */
  readonly method: IntervalMethod;
  readonly resamples: number;
  /** Number of independent units that were resampled. */
  readonly units: number;
  /** Standard deviation of the resampled values. */
  readonly standardError: number;
  /** Resamples without a value (NaN). They are left out of the quantiles and of the standard error. */
  readonly undefinedResamples: number;
  readonly flaw?: IntervalFlaw;
}

export interface BootstrapOptions {
  /** Default 10 000. */
  readonly resamples?: number;
  /** Default 0.95. */
  readonly level?: number;
  readonly seed?: number;
  /** Default `percentile`. */
  readonly method?: IntervalMethod;
}

export const DEFAULT_RESAMPLES = 10_000;
export const DEFAULT_LEVEL = 0.95;
/** Above this share of undefined resamples no interval is given. */
export const MAX_UNDEFINED_SHARE = 0.05;
