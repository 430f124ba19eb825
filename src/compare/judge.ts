import type { Interval } from '../statistics/interval.ts';
import type { SeedSummary } from '../statistics/seeds.ts';

/** What all figures of a comparison share. */
export interface JudgeSettings {
  readonly level: number;
  readonly resamples: number;
  readonly seed: number;
}

/** The results of one metric for systems that answered the same units; systems are identified by their index. */
export interface Judge {
  /** How differences are tested. */
  readonly test: 'permutation' | 'bootstrap';
  /** Resamples per interval. */
  readonly resamples: number;
  /** Mean over the runs of a system. */
  score(system: number): number;
  interval(system: number): Interval;
  /** Where a system has several runs. */
  seeds(system: number): SeedSummary | undefined;
  pair(a: number, b: number): JudgedPair;
}

/** How two systems differ under a metric. */
export interface JudgedPair {
  readonly difference: Interval;
  /** Two-sided. */
  readonly p: number;
  readonly exact: boolean;
  /** Smallest true difference that a test on these units would find four times out of five. */
  readonly detectable: number;
  /** What every unit adds to the difference; absent if the score is not a sum over units. */
  readonly effects?: Float64Array;
}
