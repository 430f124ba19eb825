import { createRandom, shuffle } from '../ground/random.ts';
import type { Metric } from '../metrics/metric.ts';
import type { Convention } from '../tasks/convention.ts';
import type { Answered, Example, FamilyId, Prediction } from '../tasks/examples.ts';
import type { Task } from '../tasks/task.ts';
import { countUnits, groupAnswers, sumCounts } from '../tasks/units.ts';

/** Guesses that are averaged: the mean then stands to well under a point. */
const GUESSES = 50;
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
  let sum = 0;
  for (let i = 0; i < GUESSES; i++) sum += scoreOf(task, examples, guess(examples, SEED + i), metric);
  return sum / GUESSES;
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
