import { largest } from '../ground/largest.ts';
import type { Metric, WholeMetric } from '../metrics/metric.ts';
import { predictionOf } from '../models/answers.ts';
import type { ModelKind } from '../models/contract.ts';
import { countUnits, groupAnswers, narrowTo } from '../scoring/units.ts';
import { sumCounts } from '../statistics/counts.ts';
import { unitVariance } from '../statistics/influence.ts';
import { deviation } from '../statistics/percentiles.ts';
import { findConvention } from '../tasks/conventions.ts';
import type { Answered, Example } from '../tasks/examples.ts';
import type { Task } from '../tasks/task.ts';

/** Variation of a model over repeated questions: the primary score of each single repeat. */
export interface RepeatScores {
  readonly scores: readonly number[];
  /** Standard deviation of the scores: how much repeating changes them. */
  readonly deviation: number;
  /**
   * Standard error of the score of one repeat over the items, from the infinitesimal jackknife, as a root mean square over
   * repeats: how much other items would change it. Absent for scores that are not computed from counts.
   */
  readonly itemDeviation?: number;
  /** Share of the examples that every repeat answered alike. */
  readonly agreement: number;
}

interface Repeated {
  readonly kind: ModelKind;
  readonly task: Task;
  readonly examples: readonly Example[];
  /** Aligned with the examples. */
  readonly repeats: readonly (readonly unknown[])[];
}

/** Undefined if nothing was repeated. */
export function scoreRepeats({ kind, task, examples, repeats: raws }: Repeated): RepeatScores | undefined {
  const count = largest(
    raws.map(({ length }) => length),
    0,
  );
  if (count < 2) return undefined;
  const answers = raws.map((repeats, i) =>
    repeats.map((raw) => predictionOf(kind.interpret(raw, examples[i].input, task))),
  );
  const metric = findConvention(task.primary).metric(task);
  const repeated = Array.from({ length: count }, (_, repeat) => {
    const predictions = answers.map((repeats) => repeats[repeat]);
    return scoreOnce(metric, groupAnswers(task, examples, predictions));
  });
  const scores = repeated.map(({ score }) => score);
  const variances = repeated.flatMap(({ variance }) => variance ?? []);
  const mean = variances.reduce((sum, variance) => sum + variance, 0) / count;
  const alike = answers.filter((repeats) => new Set(repeats.map((one) => JSON.stringify(one))).size === 1);
  return {
    scores,
    deviation: deviation(scores),
    ...(variances.length === count && { itemDeviation: Math.sqrt(mean) }),
    agreement: alike.length / Math.max(1, answers.length),
  };
}

/** A score, and its sampling variance over independent units. */
function scoreOnce(
  metric: Metric<Answered> | WholeMetric<Answered>,
  units: readonly (readonly Answered[])[],
): { readonly score: number; readonly variance?: number } {
  if ('whole' in metric) return { score: metric.whole(units.flat()) };
  const narrow = narrowTo(metric, units);
  const { width, value } = narrow;
  const counts = countUnits(narrow, units);
  return {
    score: value(sumCounts(counts, width)),
    variance: unitVariance(counts, width, value) / units.length,
  };
}
