import { normalQuantile } from './normal.ts';

export interface PowerOptions {
  /** Probability of finding a true difference of that size. Default 0.8. */
  readonly power?: number;
  /** Significance level of the two-sided test. Default 0.05. */
  readonly alpha?: number;
  /**
   * Correlation of the two systems' contributions over units; the more alike their errors, the smaller the difference that can
   * be detected. Default 0: two independent systems, or published scores without answers.
   */
  readonly correlation?: number;
}

/**
 * Smallest true difference between two systems, scored on the same `units`, that a two-sided test finds with the
 * given power. `variance` is that of one unit's contribution to the score (`unitVariance`).
 * Normal approximation: (z₁₋α/₂ + z_power) · √(2·variance·(1 - ρ) / units).
 */
export function minimumDetectableDifference(
  variance: number,
  units: number,
  options: PowerOptions = {},
): number {
  const { power = 0.8, alpha = 0.05, correlation = 0 } = options;
  const standardError = Math.sqrt((2 * variance * (1 - correlation)) / units);
  return (normalQuantile(1 - alpha / 2) + normalQuantile(power)) * standardError;
}

/** Units needed to find a true difference of `size`, rounded up. */
export function unitsNeeded(variance: number, size: number, options: PowerOptions = {}): number {
  return Math.ceil((minimumDetectableDifference(variance, 1, options) / size) ** 2);
}
