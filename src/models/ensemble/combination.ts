import * as z from 'zod';
import type { FamilyId } from '../../tasks/examples.ts';
import type { Candidates, Rule } from './shape.ts';
import { probabilitiesOf, stackJson } from './stack.ts';

/** Without tuning. */
export const DEFAULT_THRESHOLD = 0.5;

/** What an ensemble was tuned to on dev, as stored in its file. */
export const combinationJson = z.object({
  /** Members' decisions count, not their scores. */
  decisions: z.boolean(),
  /** Candidates that exclude each other are not combined in an answer. */
  exclusive: z.boolean(),
  /** One a member, 0 or more. */
  weights: z.array(z.number().min(0)).readonly(),
  threshold: z.number(),
  /** Divisors of the scores of every member. */
  scales: z.array(z.number().min(0)).readonly().optional(),
  stack: stackJson.optional(),
});
export type Combination = z.infer<typeof combinationJson>;

/** The weighted mean of the members' values for each candidate. */
export function weightedMeans(values: Float64Array, weights: readonly number[]): Float64Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const means = new Float64Array(values.length / weights.length);
  for (let i = 0; i < means.length; i++) {
    let sum = 0;
    for (let m = 0; m < weights.length; m++) sum += weights[m] * values[i * weights.length + m];
    means[i] = sum / total;
  }
  return means;
}

/** One score a candidate. */
export const combine = <F extends FamilyId>(
  { weights, stack }: Pick<Combination, 'weights' | 'stack'>,
  candidates: Candidates<F>,
  rule: Rule,
): Float64Array =>
  stack ? probabilitiesOf(stack, candidates, rule) : weightedMeans(candidates.values, weights);
