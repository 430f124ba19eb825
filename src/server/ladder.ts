import { normalQuantile } from '../statistics/normal.ts';

/** Probability that any submission within the quota passes a step without being better. */
const FALSE_STEPS = 0.05;

/** What a participant learns about a submission to a blind phase. */
export interface Rung {
  /** The best released score so far, this submission included. */
  readonly released: number;
  /** Whether this submission beat it. */
  readonly improved: boolean;
}

/**
 * The Ladder (Blum and Hardt 2015): a score is released only where it beats the best one released before by a step;
 * otherwise the old one is repeated, which reveals nothing about how close the attempt came. Scores are in the unit of the
 * convention, usually shares between 0 and 1; `sign` is -1 where smaller is better. `best` is undefined for the first
 * submission, which is released, rounded. `computed`: the best one before it was rounded, which must be beaten by the step too;
 * otherwise a score up to half a digit lower could pass through rounding.
 */
export function climb(
  best: number | undefined,
  score: number,
  { step, digits, sign = 1, computed = best }: Climb,
): Rung {
  if (Number.isNaN(score)) return { released: best ?? Number.NaN, improved: false };
  const isBeaten = (known: number | undefined): boolean =>
    known === undefined || Number.isNaN(known) || sign * (score - known) > step;
  if (best !== undefined && !(isBeaten(best) && isBeaten(computed)))
    return { released: best, improved: false };
  return { released: Number(score.toFixed(digits)), improved: true };
}

interface Climb {
  readonly step: number;
  readonly digits: number;
  readonly sign?: 1 | -1;
  readonly computed?: number;
}

/**
 * The step of the Ladder. The paper's step without parameters is one standard error of the paired difference of errors;
 * on holdouts of some thousand items a thousand random changes pass that by the hundred. Here the standard error, from the
 * paired bootstrap, is multiplied so that with a probability of 95 % none of the submissions that the quota allows passes by
 * chance (Bonferroni). `least` is the smallest step, however small the errors are.
 */
export const stepOf = (standardError: number, submissions: number, least = 0): number =>
  Math.max(least, normalQuantile(1 - FALSE_STEPS / Math.max(1, submissions)) * standardError);
