import { type GroupJackknife, groupJackknife } from './group-jackknife.ts';
import { boundedWidening } from './influence.ts';
import { type BootstrapOptions, DEFAULT_RESAMPLES, type Interval } from './interval.ts';
import { type Basis, deviation, pValueOfZero, toInterval } from './percentiles.ts';
import { createWeighting } from './weighting.ts';

/** A score under weights of the units, for metrics that do not add up over units. */
export interface WeightedFigure {
  /** One positive weight per unit. */
  readonly value: (weights: Float64Array) => number;
  readonly units: number;
  /** Units of the rarest side: see `Interval.labelUnits`. */
  readonly labelUnits: number;
}

/** The interval of a score, and a test of whether it is 0: for differences of two scores. */
export interface WeightedResult {
  readonly interval: Interval;
  /** Two-sided: the level at which the interval ends at 0. */
  readonly p: number;
  /** Jackknife estimate over units. */
  readonly standardError: number;
}

/** The Bayesian bootstrap interval of a metric that does not add up over units (an area under a curve). */
export const bootstrapWeighted = (
  figure: WeightedFigure,
  options: Omit<BootstrapOptions, 'method'> = {},
): Interval => testWeighted(figure, options).interval;

/**
 * `bootstrapWeighted` with the test. Average precision is too high in a small sample, because every positive counts in its own
 * precision, and its resamples are higher still: the jackknife estimates the bias of the score, and by how much its spread
 * exceeds that of the resamples.
 */
export function testWeighted(
  { value, units, labelUnits }: WeightedFigure,
  options: Omit<BootstrapOptions, 'method'> = {},
): WeightedResult {
  const { resamples = DEFAULT_RESAMPLES, seed = 0 } = options;
  const weigh = createWeighting(units, seed);
  const estimate = value(new Float64Array(units).fill(1));
  const isDefined = units > 1 && !Number.isNaN(estimate);
  const drawn = new Float64Array(isDefined ? resamples : 0);
  for (let i = 0; i < drawn.length; i++) drawn[i] = value(weigh());
  const { bias, standardError } = isDefined ? groupJackknife(value, units) : UNKNOWN;
  const spread = deviation(drawn);
  const basis: Basis = {
    units,
    labelUnits,
    acceleration: 0,
    wider: boundedWidening(standardError / spread),
    bias: Number.isFinite(bias / spread) ? bias / spread : undefined,
    carriers: Math.max(2, Math.min(units, labelUnits)),
  };
  return {
    interval: toInterval(estimate, drawn, basis, options),
    p: pValueOfZero(estimate, drawn, basis),
    standardError,
  };
}

const UNKNOWN: GroupJackknife = { bias: Number.NaN, standardError: Number.NaN };
