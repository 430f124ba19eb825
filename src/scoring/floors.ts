import type { Convention } from '../tasks/convention.ts';
import { findConvention } from '../tasks/conventions.ts';
import type { Example, Prediction } from '../tasks/examples.ts';
import { familyOf } from '../tasks/families/registry.ts';
import type { Task } from '../tasks/task.ts';
import { createScorer } from './units.ts';

/** Total answers over all guesses that are averaged; there are at most `MAX_GUESSES` guesses. */
const GUESSED_ANSWERS = 500_000;
const MAX_GUESSES = 50;
const SEED = 0;
/** For tasks with more labels, constants are not tried: none of them scores much. */
const MOST_CONSTANTS = 2000;

/**
 * The score of random guessing on a split under a convention: gold shuffled at random, averaged; for
 * rankings, all documents tied. NaN for families where there is nothing to guess from (entities, triples,
 * dialogues), and for conventions that need scores.
 */
export function chanceScore(task: Task, examples: readonly Example[], convention: Convention): number {
  const family = familyOf(task);
  const metric = convention.metric(task);
  if (!family.guess || 'whole' in metric) return Number.NaN;
  const guesses = Math.max(1, Math.min(MAX_GUESSES, Math.floor(GUESSED_ANSWERS / examples.length)));
  const score = createScorer(task, examples, metric);
  let sum = 0;
  for (let i = 0; i < guesses; i++) sum += score(family.guess(examples, SEED + i));
  return sum / guesses;
}

/**
 * Answers of the best constant under a convention, and its score; undefined where there are no constants or too many, and where
 * the score does not add up over units.
 */
export function bestConstant(
  task: Task,
  examples: readonly Example[],
  { metric: metricOf, smallerIsBetter = false }: Pick<Convention, 'metric' | 'smallerIsBetter'>,
): { readonly predictions: readonly Prediction[]; readonly score: number } | undefined {
  const metric = metricOf(task);
  const answers = familyOf(task).constants?.(task) ?? [];
  if ('whole' in metric || answers.length > MOST_CONSTANTS) return undefined;
  const scoreOf = createScorer(task, examples, metric);
  const isBetter = (score: number, than: number): boolean =>
    Number.isNaN(than) || (smallerIsBetter ? score < than : score > than);
  let best: { predictions: readonly Prediction[]; score: number } | undefined;
  for (const answer of answers) {
    const predictions = examples.map(() => answer);
    const score = scoreOf(predictions);
    if (!best || isBetter(score, best.score)) best = { predictions, score };
  }
  return best;
}

/** Scores that need no model: NaN where a family has no such answer. */
export interface Floors {
  readonly constant: number;
  readonly chance: number;
}

/** Cached for the latest task of each list of examples: many answers are scored against the same gold. */
const known = new WeakMap<readonly Example[], { readonly task: Task; readonly floors: Floors }>();

/** The floors of a task's primary metric on these examples. */
export function floorsOf(task: Task, examples: readonly Example[]): Floors {
  const before = known.get(examples);
  if (before?.task === task) return before.floors;
  const convention = findConvention(task.primary);
  const best = bestConstant(task, examples, convention);
  const floors = { constant: best?.score ?? Number.NaN, chance: chanceScore(task, examples, convention) };
  known.set(examples, { task, floors });
  return floors;
}
