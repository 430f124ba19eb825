import {
  classScores as averages,
  CLASS_COUNTS,
  type ClassLayout,
  CORRECT,
  classLayout,
  f1,
  figures,
  GOLD,
  PREDICTED,
} from '../../metrics/class-scores.ts';
import { confusion, countedMatthews } from '../../metrics/confusion.ts';
import { type LabelItem, labelF1 } from '../../metrics/labels.ts';
import { ratio } from '../../metrics/metric.ts';
import { type LabelsItem, subsetAccuracy } from '../../metrics/multilabels.ts';
import { setMetric } from '../../metrics/sets.ts';
import { countItems, figuresOf, type Intervals, requireAligned, type ScoreOptions } from './options.ts';

/** Figures of one class (an entity type, a label). Undefined figures are NaN. */
export interface ClassRow {
  readonly class: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Right predictions, all predictions, all gold items of the class. */
  readonly correct: number;
  readonly predicted: number;
  readonly gold: number;
}

/** Figures over all classes together; shares from 0 to 1, NaN where undefined. */
export interface AveragedScores {
  /** Micro-averaged: from the summed counts. */
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Mean F1 of the classes; one without predictions or without gold counts 0, as in scikit-learn and seqeval. */
  readonly macroF1: number;
  /** Mean F1 of the classes, weighted by their number of gold items. */
  readonly weightedF1: number;
  readonly classes: readonly ClassRow[];
  /** By the name of the figure; empty unless `interval` is given. */
  readonly intervals: Intervals;
}

/** Sum over these classes of one of (correct, predicted, gold). */
const summed = (counts: Float64Array, end: number, which: number): number => {
  let total = 0;
  for (let i = which; i < end; i += CLASS_COUNTS) total += counts[i];
  return total;
};

/** The three averages and the micro precision and recall of the listed classes, from summed class counts. */
export function averagesOf(layout: ClassLayout) {
  const sum = (counts: Float64Array, which: number): number => summed(counts, layout.unlisted, which);
  return {
    precision: {
      value: (counts: Float64Array) => ratio(sum(counts, CORRECT), sum(counts, PREDICTED)),
    },
    recall: { value: (counts: Float64Array) => ratio(sum(counts, CORRECT), sum(counts, GOLD)) },
    f1: {
      value: (counts: Float64Array) => f1(sum(counts, CORRECT), sum(counts, PREDICTED), sum(counts, GOLD)),
    },
    macroF1: averages(layout, 'macro/all'),
    weightedF1: averages(layout, 'weighted'),
  };
}

/** The share of right items, including those of unlisted classes. */
const accuracyOf = ({ unlisted }: ClassLayout) => ({
  value: (counts: Float64Array) =>
    ratio(summed(counts, unlisted + CLASS_COUNTS, CORRECT), summed(counts, unlisted + CLASS_COUNTS, GOLD)),
});

/** One row per class, from summed counts. */
export const rowsOf = ({ classes }: ClassLayout, sums: Float64Array): ClassRow[] =>
  classes.map((name, i) => {
    const at = i * CLASS_COUNTS;
    return { class: name, ...figures(sums[at + CORRECT], sums[at + PREDICTED], sums[at + GOLD]) };
  });

/** Which classes count. */
export interface ClassOptions extends ScoreOptions {
  /**
   * The classes that count, in the order of the rows, as `labels` of scikit-learn. Accuracy, subset accuracy, the correlation
   * and the matrix cover all classes. Default: all that occur, sorted.
   */
  readonly labels?: readonly string[];
}

/** Scores of one label per item. */
export interface ClassScores extends AveragedScores {
  readonly accuracy: number;
  /** Matthews correlation (Gorodkin's R_K), -1 to 1. */
  readonly mcc: number;
  /** `matrix[gold][predicted]`, indices into `labels`. */
  readonly confusion: { readonly labels: readonly string[]; readonly matrix: readonly (readonly number[])[] };
}

const occurring = (...sides: readonly (readonly string[])[]): string[] => [...new Set(sides.flat())].sort();

/**
 * Scores of one label per item, as scikit-learn's `classification_report` computes them.
 *
 * @param gold the right label of every item
 * @param predicted the predicted label of every item, in the same order
 * @throws UserError `length-mismatch` where the two sides differ in length
 *
 * @example
 * ```ts
 * import { classScores } from 'chineseblue/metrics';
 *
 * const scores = classScores(['1', '0', '1', '1'], ['1', '0', '0', '1'], { interval: { seed: 1 } });
 * scores.accuracy; // 0.75
 * scores.macroF1; // 0.733
 * const [, positive] = scores.classes;
 * positive.recall; // 0.667
 * scores.confusion.matrix; // [[1, 0], [1, 2]]
 * const { estimate, low, high } = scores.intervals.accuracy;
 * console.log(estimate, low, high);
 * ```
 */
export function classScores(
  gold: readonly string[],
  predicted: readonly string[],
  { labels, interval, groups }: ClassOptions = {},
): ClassScores {
  requireAligned(gold, predicted, groups);
  const layout = classLayout(labels ?? occurring(gold, predicted));
  const items = gold.map((label, i): LabelItem => ({ gold: { label }, prediction: { label: predicted[i] } }));
  const metric = labelF1(layout.classes, 'micro');
  const counted = countItems(items, metric, groups);
  const { figures: scores, intervals } = figuresOf(
    counted,
    { accuracy: accuracyOf(layout), ...averagesOf(layout) },
    interval,
  );
  const correlation = countedMatthews(items, layout.classes);
  const { figures, intervals: ofCorrelation } = figuresOf(
    countItems(items, correlation, groups),
    { mcc: correlation },
    interval,
  );
  return {
    ...scores,
    ...figures,
    classes: rowsOf(layout, counted.sums),
    confusion: confusion(items, layout.classes),
    intervals: { ...intervals, ...ofCorrelation },
  };
}

/** Scores of a set of labels per item. */
export interface LabelSetScores extends AveragedScores {
  /** Share of items whose set of labels is exactly right. */
  readonly subsetAccuracy: number;
}

/**
 * Scores of a set of labels per item (multilabel classification). Repeating a predicted label is an error.
 *
 * @throws UserError `length-mismatch` where the two sides differ in length
 *
 * @example
 * ```ts
 * import { labelSetScores } from 'chineseblue/metrics';
 *
 * const scores = labelSetScores([['发热', '咳嗽'], []], [['发热'], []]);
 * scores.f1; // 0.667
 * scores.subsetAccuracy; // 0.5
 * ```
 */
export function labelSetScores(
  gold: readonly (readonly string[])[],
  predicted: readonly (readonly string[])[],
  { labels, interval, groups }: ClassOptions = {},
): LabelSetScores {
  requireAligned(gold, predicted, groups);
  const layout = classLayout(labels ?? occurring(gold.flat(), predicted.flat()));
  const items = gold.map(
    (one, i): LabelsItem => ({ gold: { labels: one }, prediction: { labels: predicted[i] } }),
  );
  const metric = setMetric<LabelsItem, string>({
    gold: (item) => item.gold.labels,
    predicted: (item) => item.prediction.labels,
    same: (a, b) => a === b,
    classOf: (label) => label,
    classes: layout.classes,
    average: 'micro',
  });
  const at = metric.width;
  const both = {
    width: at + subsetAccuracy.width,
    count(unit: readonly LabelsItem[], counts: Float64Array, offset: number) {
      metric.count(unit, counts, offset);
      subsetAccuracy.count(unit, counts, offset + at);
    },
  };
  const counted = countItems(items, both, groups);
  const exact = { value: (counts: Float64Array): number => subsetAccuracy.value(counts.subarray(at)) };
  const { figures: scores, intervals } = figuresOf(
    counted,
    { ...averagesOf(layout), subsetAccuracy: exact },
    interval,
  );
  return { ...scores, classes: rowsOf(layout, counted.sums), intervals };
}
