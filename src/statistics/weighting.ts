import { createRandom } from '../ground/random.ts';
import { sumsOfDraws } from './draws.ts';
import { fillExponential, fillGamma, gammaShapes } from './gamma.ts';
import type { DistinctRows } from './rows.ts';

/** The weight of a row that at least this many units share is one gamma draw; those of the others are drawn unit by unit. */
const GAMMA_FROM = 16;

/**
 * Draws the weights of a Bayesian bootstrap (Rubin 1981): `units` positive numbers, uniform over all that sum to
 * `units` (Dirichlet(1, …, 1), scaled). Every call returns the same array, overwritten.
 */
export function createWeighting(units: number, seed: number): () => Float64Array {
  const random = createRandom(seed, 'bayesian-bootstrap');
  const state = Int32Array.from({ length: 4 }, () => random.below(2 ** 32) | 0);
  const weights = new Float64Array(units);
  return () => {
    const scale = units / fillExponential(weights, 0, state, random);
    for (let i = 0; i < units; i++) weights[i] *= scale;
    return weights;
  };
}

/**
 * Summed counts under such weights. No unit ever loses all its weight, so what occurs in the units occurs in every
 * resample. The weight of a row that several units share is exactly Gamma(multiplicity). The array holds its sums until the next
 * call.
 */
export function createWeightedSums(table: DistinctRows, seed: number): () => Float64Array {
  const draw = createJointSums([table], seed);
  return () => draw()[0];
}

/** The same for tables whose rows have the same multiplicities: one draw of weights serves all of them. */
export function createJointSums(
  tables: readonly DistinctRows[],
  seed: number,
): () => readonly Float64Array[] {
  const [{ size, units, multiplicity }] = tables;
  const random = createRandom(seed, 'bayesian-bootstrap');
  const state = Int32Array.from({ length: 4 }, () => random.below(2 ** 32) | 0);
  let common = 0;
  while (common < size && multiplicity[common] >= GAMMA_FROM) common++;
  // The other rows are in the order of their multiplicity: those that several units share take further draws.
  const further: number[] = [];
  for (let row = common; row < size; row++) for (let i = 1; i < multiplicity[row]; i++) further.push(row);
  const furtherRows = Int32Array.from(further);
  const extra = new Float64Array(further.length);
  const shapes = gammaShapes(multiplicity.subarray(0, common));
  return sumsOfDraws(tables, (weights) => {
    const rare = fillExponential(weights, common, state, random) + fillExponential(extra, 0, state, random);
    for (let i = 0; i < extra.length; i++) weights[furtherRows[i]] += extra[i];
    return units / fillGamma(weights, shapes, random, rare);
  });
}
