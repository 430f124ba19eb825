import type { JudgedSplit } from '../datasets/dataset.ts';
import type { Details } from '../metrics/metric.ts';
import type { Interval } from '../statistics/interval.ts';
import type { Example, Prediction } from '../tasks/examples.ts';
import type { QuoteCounts } from '../tasks/families/asking.ts';
import type { Task } from '../tasks/task.ts';
import { type Coverage, coverageOfPredictions } from './coverage.ts';
import { type Floors, floorsOf } from './floors.ts';
import { scoreUnits } from './score-units.ts';
import { groupAnswers } from './units.ts';

/** The score under one convention. */
export interface ConventionScore {
  readonly convention: string;
  /** A share between 0 and 1, or a ratio; NaN where undefined. */
  readonly value: number;
  /** Over independent units; absent where there is only one. */
  readonly interval?: Interval;
  readonly details?: Details;
}

/** The scores of some of the examples. */
export interface SubsetScores {
  readonly examples: number;
  /** Independent units: what the interval resamples. */
  readonly units: number;
  readonly scores: readonly ConventionScore[];
}

export const SCORES_SCHEMA = 'chineseblue/scores@2';

/** `scores.json`. */
export interface ScoreSheet {
  readonly schema: typeof SCORES_SCHEMA;
  readonly task: string;
  readonly split: JudgedSplit;
  readonly synthetic: boolean;
  readonly primary: string;
  readonly coverage: Coverage;
  /** Outcomes of quotes, where answers are given as quotes. */
  readonly quotes?: QuoteCounts;
  /** The scores of the best constant answer and of guessing under the primary convention on all examples. */
  readonly floors: Floors;
  /** `all`, and every requested subset. */
  readonly subsets: Readonly<Record<string, SubsetScores>>;
}

/** What is scored. */
export interface ScoringRequest {
  readonly task: Task;
  /** Only recorded in the sheet. Default `test`. */
  readonly split?: JudgedSplit;
  /** Whether the examples are synthetic, as those of the samples. Only recorded in the sheet. Default false. */
  readonly synthetic?: boolean;
  readonly examples: readonly Example[];
  /** Aligned with the examples; undefined counts as the family's worst answer. */
  readonly predictions: readonly (Prediction | undefined)[];
  /** Outcomes of the questions. Default: an undefined prediction is missing. */
  readonly coverage?: Coverage;
  /** Outcomes of quotes. Only recorded in the sheet. */
  readonly quotes?: QuoteCounts;
  /** Ids by name of subset, e.g. `clean` and `leaked`. */
  readonly subsets?: Readonly<Record<string, ReadonlySet<string>>>;
  /** Whether scores get intervals, which take most of the time. Default true. */
  readonly intervals?: boolean;
}

/**
 * Scores answers under every convention of the task's family, on all examples and on every subset.
 *
 * @example
 * ```ts
 * import { findTask, openDataset, samplesDir, scorePredictions } from 'chineseblue';
 *
 * const { task, split } = await openDataset({ task: findTask('cMedIC'), dir: samplesDir() });
 * const { examples } = await split('test');
 * const [{ id: label }] = task.labels;
 * const sheet = scorePredictions({ task, examples, predictions: examples.map(() => ({ label })) });
 * const { convention, value, interval } = sheet.subsets.all.scores[0];
 * convention; // 'classification/micro-f1@1'
 * value; // 0.083
 * console.log(interval?.low, interval?.high);
 * ```
 */
export function scorePredictions(request: ScoringRequest): ScoreSheet {
  const { task, split = 'test', synthetic = false, examples, predictions, subsets = {} } = request;
  const { coverage = coverageOfPredictions(predictions), quotes, intervals = true } = request;
  const score = (chosen: (id: string) => boolean): SubsetScores =>
    scoreUnits(task, groupAnswers(task, examples, predictions, chosen), intervals);
  return {
    schema: SCORES_SCHEMA,
    task: task.id,
    split,
    synthetic,
    primary: task.primary,
    coverage,
    ...(quotes && { quotes }),
    floors: floorsOf(task, examples),
    subsets: {
      all: score(() => true),
      ...Object.fromEntries(Object.entries(subsets).map(([name, ids]) => [name, score((id) => ids.has(id))])),
    },
  };
}

/**
 * The score of the primary convention of a sheet, on one subset.
 *
 * @example
 * ```ts
 * import { evaluate, findTask, primaryScore, samplesDir } from 'chineseblue';
 *
 * const task = findTask('cMedIR');
 * const { scores } = await evaluate({ task, model: 'bm25', dataDir: samplesDir() });
 * primaryScore(scores).convention; // 'ranking/pair-accuracy@1'
 * ```
 */
export function primaryScore(sheet: ScoreSheet, subset = 'all'): ConventionScore {
  const found = sheet.subsets[subset]?.scores.find(({ convention }) => convention === sheet.primary);
  if (!found) throw new Error(`${sheet.task}: no score under ${sheet.primary} on ${subset}`);
  return found;
}
