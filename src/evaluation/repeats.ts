import { predictionOf } from '../models/answers.ts';
import type { ModelKind, Reply } from '../models/contract.ts';
import { primaryScore, scorePredictions } from '../scoring/score-sheet.ts';
import { deviation } from '../statistics/percentiles.ts';
import type { Example } from '../tasks/examples.ts';
import type { Task } from '../tasks/task.ts';

/** How much a model that was asked several times differs from itself: the primary score of each repeat alone. */
export interface RepeatScores {
  readonly scores: readonly number[];
  /** Standard deviation of the scores. */
  readonly deviation: number;
  /** Share of the examples that every repeat answered alike. */
  readonly agreement: number;
}

interface Repeated {
  readonly kind: ModelKind;
  readonly task: Task;
  readonly examples: readonly Example[];
  /** Aligned with the examples. */
  readonly replies: readonly (Reply | undefined)[];
}

/** Undefined where nothing was asked more than once. */
export function scoreRepeats({ kind, task, examples, replies }: Repeated): RepeatScores | undefined {
  const raws = replies.map((reply) => (reply ? kind.repeats(reply.raw) : []));
  const count = Math.max(0, ...raws.map(({ length }) => length));
  if (count < 2) return undefined;
  const answers = raws.map((repeats, i) =>
    repeats.map((raw) => predictionOf(kind.interpret(raw, examples[i].input, task))),
  );
  const scores = Array.from({ length: count }, (_, repeat) => {
    const predictions = answers.map((repeats) => repeats[repeat]);
    return primaryScore(scorePredictions({ task, examples, predictions })).value;
  });
  const alike = answers.filter((repeats) => new Set(repeats.map((one) => JSON.stringify(one))).size === 1);
  return { scores, deviation: deviation(scores), agreement: alike.length / Math.max(1, answers.length) };
}
