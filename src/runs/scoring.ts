import type { Details, Metric } from '../metrics/metric.ts';
import { bootstrap } from '../statistics/bootstrap.ts';
import type { Interval } from '../statistics/interval.ts';
import type { Answered, Example, Prediction } from '../tasks/examples.ts';
import { familyOf } from '../tasks/families.ts';
import type { SplitName, Task } from '../tasks/task.ts';

export const BOOTSTRAP = { resamples: 10_000, level: 0.95, seed: 1, method: 'percentile' } as const;

export interface ConventionScore {
  readonly convention: string;
  /** A share between 0 and 1, or a ratio; NaN where undefined. */
  readonly value: number;
  /** Over independent units; absent where the metric does not add up over units. */
  readonly interval?: Interval;
  readonly details?: Details;
}

export interface SubsetScores {
  readonly examples: number;
  /** Independent units: what the interval resamples. */
  readonly units: number;
  readonly scores: readonly ConventionScore[];
}

/** How many examples had an answer at all. */
export interface Coverage {
  readonly examples: number;
  readonly answered: number;
  /** No answer, or an invalid one: scored as wrong. */
  readonly missing: number;
}

/** `scores.json`. */
export interface ScoreSheet {
  readonly schema: 'chineseblue/scores@1';
  readonly task: string;
  readonly split: SplitName;
  readonly synthetic: boolean;
  readonly primary: string;
  readonly coverage: Coverage;
  /** `all`, and every named subset that was asked for. */
  readonly subsets: Readonly<Record<string, SubsetScores>>;
}

export interface ScoringRequest {
  readonly task: Task;
  readonly split: SplitName;
  readonly synthetic: boolean;
  readonly examples: readonly Example[];
  /** Aligned with the examples; undefined counts as the family's worst answer. */
  readonly predictions: readonly (Prediction | undefined)[];
  /** Ids by name of subset, e.g. `clean` and `leaked`. */
  readonly subsets?: Readonly<Record<string, ReadonlySet<string>>>;
}

/** Scores answers under every convention of the task's family, on all examples and on every subset. */
export function scorePredictions(request: ScoringRequest): ScoreSheet {
  const { task, split, synthetic, examples, predictions, subsets = {} } = request;
  const answered = predictions.reduce((count, prediction) => count + (prediction === undefined ? 0 : 1), 0);
  const score = (chosen: (id: string) => boolean): SubsetScores =>
    scoreUnits(task, groupAnswers(task, examples, predictions, chosen));
  return {
    schema: 'chineseblue/scores@1',
    task: task.id,
    split,
    synthetic,
    primary: task.primary,
    coverage: { examples: examples.length, answered, missing: examples.length - answered },
    subsets: {
      all: score(() => true),
      ...Object.fromEntries(Object.entries(subsets).map(([name, ids]) => [name, score((id) => ids.has(id))])),
    },
  };
}

/** The answers of every independent unit, in the order of the examples. */
export function groupAnswers(
  task: Task,
  examples: readonly Example[],
  predictions: readonly (Prediction | undefined)[],
  chosen: (id: string) => boolean = () => true,
): Map<string, Answered[]> {
  const family = familyOf(task);
  const units = new Map<string, Answered[]>();
  for (const [index, example] of examples.entries()) {
    if (!chosen(example.id)) continue;
    const prediction = predictions[index] ?? family.missing(example, task);
    const answer: Answered = { input: example.input, gold: example.gold, prediction };
    // A group never shares its name with an id.
    const key = example.group === undefined ? `i${example.id}` : `g${example.group}`;
    const unit = units.get(key);
    if (unit) unit.push(answer);
    else units.set(key, [answer]);
  }
  return units;
}

function scoreUnits(task: Task, units: Map<string, Answered[]>): SubsetScores {
  const list = [...units.values()];
  const scores = familyOf(task).conventions.map(({ id, metric }): ConventionScore => {
    const measure = metric(task);
    if ('whole' in measure) return { convention: id, value: measure.whole(list.flat()) };
    const counts = countUnits(measure, list);
    const sums = sumCounts(counts, measure.width);
    return {
      convention: id,
      value: measure.value(sums),
      interval: list.length > 1 ? bootstrap(counts, measure.width, measure.value, BOOTSTRAP) : undefined,
      details: measure.details?.(sums),
    };
  });
  return { examples: list.reduce((sum, unit) => sum + unit.length, 0), units: list.length, scores };
}

/** One row of counts a unit, row-major. */
export function countUnits(metric: Metric<Answered>, units: readonly (readonly Answered[])[]): Float64Array {
  const counts = new Float64Array(units.length * metric.width);
  for (const [row, unit] of units.entries()) metric.count(unit, counts, row * metric.width);
  return counts;
}

/** Column sums of a row-major table. */
export function sumCounts(counts: Float64Array, width: number): Float64Array {
  const sums = new Float64Array(width);
  for (let i = 0; i < counts.length; i++) sums[i % width] += counts[i];
  return sums;
}

/** The score of the primary convention of a sheet, on one subset. */
export function primaryScore(sheet: ScoreSheet, subset = 'all'): ConventionScore {
  const found = sheet.subsets[subset]?.scores.find(({ convention }) => convention === sheet.primary);
  if (!found) throw new Error(`${sheet.task}: no score under ${sheet.primary} on ${subset}`);
  return found;
}
