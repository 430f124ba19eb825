import { createRandom } from '../ground/random.ts';
import type { Value } from './bootstrap.ts';
import { besides, type Counts, sparse } from './counts.ts';
import { DEFAULT_RESAMPLES } from './interval.ts';
import { deviation } from './percentiles.ts';
import { distinctRows } from './rows.ts';
import { createWeightedSums, createWeighting } from './weighting.ts';

/** Scores of one model under several seeds, with their variance by source. All variances are of one run. */
export interface SeedSummary {
  readonly scores: readonly number[];
  readonly mean: number;
  /** Standard deviation over seeds, n - 1; NaN for one seed. */
  readonly deviation: number;
  /** From drawing these items rather than others. */
  readonly itemVariance: number;
  /** From training with this seed rather than another, beyond what the items explain; never below 0. */
  readonly seedVariance: number;
  /** From which particular items a seed gets right: shrinks with more items and with more seeds. */
  readonly interactionVariance: number;
  /** Standard error of `mean` for new items and new seeds. */
  readonly standardError: number;
}

/**
 * Splits the variance of a score over seeds (`runs`: one units × width count matrix per seed, same units).
 *
 * With S seeds, the same weights of the items (a Bayesian bootstrap) give V₁, the mean bootstrap variance of one run, and V̄, that of the
 * mean over runs: interaction X = (V₁ - V̄)·S/(S - 1), items I = V₁ - X, and seeds B - X from the variance B between
 * seeds. For a mean of items these are the two-way random effects estimates. One seed: seed and interaction are NaN.
 */
export function overSeeds(
  runs: readonly Counts[],
  width: number,
  value: Value,
  options: { readonly resamples?: number; readonly seed?: number } = {},
): SeedSummary {
  const { resamples = DEFAULT_RESAMPLES, seed = 0 } = options;
  const seeds = runs.length;
  const joined = besides(
    runs.map((run) => sparse(run, width)),
    width,
  );
  const table = distinctRows(joined, width * seeds);
  const scoresOf = (sums: Float64Array): number[] =>
    runs.map((_, s) => value(sums.subarray(s * width, (s + 1) * width)));
  const draw = createWeightedSums(table, weightSeed(seed));
  return splitVariance(scoresOf(table.total), () => scoresOf(draw()), resamples);
}

/** The same for a score under weights of the units, one function per seed. */
export function weightedOverSeeds(
  runs: readonly ((weights: Float64Array) => number)[],
  units: number,
  options: { readonly resamples?: number; readonly seed?: number } = {},
): SeedSummary {
  const { resamples = DEFAULT_RESAMPLES, seed = 0 } = options;
  const scoresOf = (weights: Float64Array): number[] => runs.map((value) => value(weights));
  const draw = createWeighting(units, weightSeed(seed));
  return splitVariance(scoresOf(new Float64Array(units).fill(1)), () => scoresOf(draw()), resamples);
}

const weightSeed = (seed: number): number => createRandom(seed, 'seeds').below(2 ** 31);

/** Scores over seeds, and the same under random weights of the items, split as `overSeeds` says. */
function splitVariance(
  scores: readonly number[],
  resample: () => readonly number[],
  resamples: number,
): SeedSummary {
  const seeds = scores.length;
  const drawn = Array.from({ length: seeds + 1 }, () => [] as number[]);
  for (let i = 0; i < resamples; i++) {
    const values = resample();
    if (values.some(Number.isNaN)) continue;
    for (let s = 0; s < seeds; s++) drawn[s].push(values[s]);
    drawn[seeds].push(average(values));
  }
  const variances = drawn.map((values) => deviation(values) ** 2);
  const ofOne = average(variances.slice(0, seeds));
  const ofMean = variances[seeds];
  const interaction = seeds > 1 ? Math.max(0, ((ofOne - ofMean) * seeds) / (seeds - 1)) : Number.NaN;
  const spread = deviation(scores);
  const seedVariance = seeds > 1 ? Math.max(0, spread ** 2 - interaction) : Number.NaN;
  const itemVariance = seeds > 1 ? Math.max(0, ofOne - interaction) : ofOne;
  const standardError =
    seeds > 1 ? Math.sqrt(itemVariance + (seedVariance + interaction) / seeds) : Math.sqrt(itemVariance);
  return {
    scores,
    mean: average(scores),
    deviation: spread,
    itemVariance,
    seedVariance,
    interactionVariance: interaction,
    standardError,
  };
}

const average = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
