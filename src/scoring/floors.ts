import { createRandom, shuffle } from '../ground/random.ts';
import type { Metric } from '../metrics/metric.ts';
import type { Convention } from '../tasks/convention.ts';
import { findConvention } from '../tasks/conventions.ts';
import type { Answered, Example, FamilyId, Prediction } from '../tasks/examples.ts';
import type { Task } from '../tasks/task.ts';
import { countUnits, groupAnswers, sumCounts } from './units.ts';

/** Guesses that are averaged: as many as this many answers allow, and no more than `MAX_GUESSES`. */
const GUESSED_ANSWERS = 500_000;
const MAX_GUESSES = 50;
const SEED = 0;

/** Answers of one who knows how often each answer is right, and nothing about the item: gold, dealt out at random. */
const GUESS: {
  readonly [F in FamilyId]?: (examples: readonly Example<F>[], seed: number) => readonly Prediction<F>[];
} = {
  similarity: dealLabels,
  inference: dealLabels,
  classification: dealLabels,
  multilabel: (examples, seed) =>
    deal(
      examples.map(({ gold }) => ({ labels: gold.labels })),
      seed,
    ),
  ranking: (examples) => examples.map(({ input }) => ({ scores: input.documents.map(() => 0) })),
};

function dealLabels(
  examples: readonly Example<'similarity' | 'inference' | 'classification'>[],
  seed: number,
) {
  return deal(
    examples.map(({ gold }) => ({ label: gold.label })),
    seed,
  );
}

const deal = <T>(answers: T[], seed: number): T[] => shuffle(answers, createRandom(seed, 'chance'));

/**
 * The score that guessing reaches on a split under a convention: gold dealt out at random, averaged; for
 * rankings, all documents tied. NaN for families where there is nothing to guess from (entities, triples,
 * dialogues), and for conventions that need scores.
 */
export function chanceScore(task: Task, examples: readonly Example[], convention: Convention): number {
  const guess = GUESS[task.family] as
    | ((examples: readonly Example[], seed: number) => readonly Prediction[])
    | undefined;
  const metric = convention.metric(task);
  if (!guess || 'whole' in metric) return Number.NaN;
  const guesses = Math.max(1, Math.min(MAX_GUESSES, Math.floor(GUESSED_ANSWERS / examples.length)));
  let sum = 0;
  for (let i = 0; i < guesses; i++) sum += scoreOf(task, examples, guess(examples, SEED + i), metric);
  return sum / guesses;
}

/** The same answer to everything, once for every answer that there is; families whose answers are not labels have none. */
const CONSTANTS: { readonly [F in FamilyId]?: (task: Task) => readonly Prediction<F>[] } = {
  similarity: constantLabels,
  inference: constantLabels,
  classification: constantLabels,
  multilabel: ({ labels }) => labels.map(({ id }) => ({ labels: [id] })),
};

function constantLabels({ labels }: Task) {
  return labels.map(({ id }) => ({ label: id }));
}

/** Answers of the constant that does best under an additive metric, and its score; undefined where there is none. */
export function bestConstant(
  task: Task,
  examples: readonly Example[],
  metric: Metric<Answered>,
): { readonly predictions: readonly Prediction[]; readonly score: number } | undefined {
  let best: { predictions: readonly Prediction[]; score: number } | undefined;
  for (const answer of CONSTANTS[task.family]?.(task) ?? []) {
    const predictions = examples.map(() => answer);
    const score = scoreOf(task, examples, predictions, metric);
    if (!best || score > best.score) best = { predictions, score };
  }
  return best;
}

/** The score of complete answers under one additive metric. */
export function scoreOf(
  task: Task,
  examples: readonly Example[],
  predictions: readonly Prediction[],
  metric: Metric<Answered>,
): number {
  const units = [...groupAnswers(task, examples, predictions).values()];
  return metric.value(sumCounts(countUnits(metric, units), metric.width));
}

/** What needs no model at all: NaN where a family has no such answer. */
export interface Floors {
  readonly constant: number;
  readonly chance: number;
}

/** The floors of a task's primary metric on these examples. */
export function floorsOf(task: Task, examples: readonly Example[]): Floors {
  const convention = findConvention(task.primary);
  const metric = convention.metric(task);
  const best = 'whole' in metric ? undefined : bestConstant(task, examples, metric);
  return { constant: best?.score ?? Number.NaN, chance: chanceScore(task, examples, convention) };
}
