import type { LabelItem } from './labels.ts';
import type { Metric, WholeMetric } from './metric.ts';
import { ratio } from './metric.ts';

export interface Confusion {
  /** The listed classes in their order, then every other label that occurs, sorted. */
  readonly labels: readonly string[];
  /** `matrix[gold][predicted]`, indices into `labels`. */
  readonly matrix: readonly (readonly number[])[];
}

/** How often each gold label was predicted as each label. */
export function confusion(items: readonly LabelItem[], classes: readonly string[]): Confusion {
  const listed = new Set(classes);
  const others = new Set<string>();
  for (const { gold, prediction } of items) {
    if (!listed.has(gold.label)) others.add(gold.label);
    if (!listed.has(prediction.label)) others.add(prediction.label);
  }
  const labels = [...listed, ...[...others].sort()];
  const index = new Map(labels.map((label, i) => [label, i]));
  const matrix = labels.map(() => new Array<number>(labels.length).fill(0));
  for (const { gold, prediction } of items) matrix[index.get(gold.label)!][index.get(prediction.label)!]++;
  return { labels, matrix };
}

/** R_K of right items, all items, and how often each label is gold and predicted. */
function correlation(
  right: number,
  total: number,
  golds: ArrayLike<number>,
  predictions: ArrayLike<number>,
): number {
  const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
    let sum = 0;
    for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
    return sum;
  };
  const square = total ** 2;
  return ratio(
    right * total - dot(golds, predictions),
    Math.sqrt(square - dot(predictions, predictions)) * Math.sqrt(square - dot(golds, golds)),
  );
}

/**
 * Matthews correlation of any number of classes (R_K, Gorodkin 2004), -1 to 1; its details are the confusion
 * matrix. NaN where gold or predictions have only one class. A `WholeMetric`, as labels that are not listed count too.
 */
export function matthews(classes: readonly string[]): WholeMetric<LabelItem> {
  return {
    whole(items) {
      const { matrix } = confusion(items, classes);
      const golds = matrix.map((row) => row.reduce((sum, n) => sum + n, 0));
      const predictions = matrix.map((_, column) => matrix.reduce((sum, row) => sum + row[column], 0));
      const right = matrix.reduce((sum, row, k) => sum + row[k], 0);
      return correlation(right, items.length, golds, predictions);
    },
    details(items) {
      const { labels, matrix } = confusion(items, classes);
      return { confusion: labels.map((gold, row) => ({ gold, predicted: matrix[row] })), labels };
    },
    reweighted: (units) => ({ counted: countedMatthews(units.flat(), classes) }),
  };
}

/**
 * Matthews correlation as counts, once it is known which labels occur: R_K needs the margins of the confusion matrix
 * and its trace, not its cells. Counts: right, all, gold of any label but the most common, gold by label, predicted by
 * label.
 */
export function countedMatthews(items: readonly LabelItem[], classes: readonly string[]): Metric<LabelItem> {
  const { labels, matrix } = confusion(items, classes);
  const golds = matrix.map((row) => row.reduce((sum, n) => sum + n, 0));
  const common = labels[golds.indexOf(Math.max(...golds))];
  const index = new Map(labels.map((label, i) => [label, i]));
  const first = 3;
  const predicted = first + labels.length;
  return {
    width: first + 2 * labels.length,
    supports: [2],
    count(unit, counts, offset) {
      for (const { gold, prediction } of unit) {
        if (gold.label === prediction.label) counts[offset]++;
        counts[offset + 1]++;
        if (gold.label !== common) counts[offset + 2]++;
        counts[offset + first + index.get(gold.label)!]++;
        counts[offset + predicted + index.get(prediction.label)!]++;
      }
    },
    value: (counts) =>
      correlation(counts[0], counts[1], counts.subarray(first, predicted), counts.subarray(predicted)),
  };
}
