import type { LabelItem } from './labels.ts';
import type { Details, Metric, WholeMetric } from './metric.ts';
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

/** Above this number of labels, details list the cells that are not 0 in place of a matrix. */
const MOST_IN_MATRIX = 2000;

/** How often each label is gold and predicted, and how many items are right: what R_K needs of the matrix. */
interface Margins {
  readonly labels: readonly string[];
  readonly golds: readonly number[];
  readonly predictions: readonly number[];
  readonly right: number;
}

/** The margins of `confusion`; of very many labels those only that occur. */
function marginsOf(items: readonly LabelItem[], classes: readonly string[]): Margins {
  const golds = new Map<string, number>();
  const predictions = new Map<string, number>();
  const add = (counts: Map<string, number>, label: string): unknown =>
    counts.set(label, (counts.get(label) ?? 0) + 1);
  let right = 0;
  for (const { gold, prediction } of items) {
    add(golds, gold.label);
    add(predictions, prediction.label);
    if (gold.label === prediction.label) right++;
  }
  const listed = new Set(classes);
  const others = [...golds.keys(), ...predictions.keys()].filter((label) => !listed.has(label));
  const all = [...listed, ...[...new Set(others)].sort()];
  const isSmall = all.length <= MOST_IN_MATRIX;
  const labels = isSmall ? all : all.filter((label) => golds.has(label) || predictions.has(label));
  const countsIn = (counts: Map<string, number>): number[] => labels.map((label) => counts.get(label) ?? 0);
  return { labels, golds: countsIn(golds), predictions: countsIn(predictions), right };
}

/** The cells that are not 0, in the order of the items that begin them. */
function cellsOf(items: readonly LabelItem[]): { gold: string; predicted: string; count: number }[] {
  const cells = new Map<string, { gold: string; predicted: string; count: number }>();
  for (const { gold, prediction } of items) {
    const key = JSON.stringify([gold.label, prediction.label]);
    const cell = cells.get(key);
    if (cell) cell.count++;
    else cells.set(key, { gold: gold.label, predicted: prediction.label, count: 1 });
  }
  return [...cells.values()];
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
 * matrix, or its cells where there are very many labels. NaN where gold or predictions have only one class. A `WholeMetric`, as labels that are not listed count too.
 */
export function matthews(classes: readonly string[]): WholeMetric<LabelItem> {
  return {
    whole(items) {
      const { golds, predictions, right } = marginsOf(items, classes);
      return correlation(right, items.length, golds, predictions);
    },
    details(items): Details {
      if (marginsOf(items, classes).labels.length > MOST_IN_MATRIX || classes.length > MOST_IN_MATRIX)
        return { cells: cellsOf(items) };
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
  const { labels, golds } = marginsOf(items, classes);
  const common = labels[golds.indexOf(golds.reduce((a, b) => Math.max(a, b), 0))];
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
    narrowing: {
      touched(unit) {
        const at = new Set<number>();
        for (const { gold, prediction } of unit) {
          at.add(first + index.get(gold.label)!);
          at.add(predicted + index.get(prediction.label)!);
        }
        return [0, 1, 2, ...[...at].sort((a, b) => a - b)];
      },
      to: (units) => countedMatthews(units.flat(), classes),
    },
    value: (counts) =>
      correlation(counts[0], counts[1], counts.subarray(first, predicted), counts.subarray(predicted)),
  };
}
