import type { LabelItem } from './labels.ts';
import type { WholeMetric } from './metric.ts';
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

/**
 * Matthews correlation of any number of classes (R_K, Gorodkin 2004), -1 to 1; its details are the confusion
 * matrix. NaN where gold or predictions have only one class. A `WholeMetric`, although its counts would add up:
 * the square of 44 classes is too wide a row to resample.
 */
export function matthews(classes: readonly string[]): WholeMetric<LabelItem> {
  return {
    whole(items) {
      const { matrix } = confusion(items, classes);
      const golds = matrix.map((row) => row.reduce((sum, n) => sum + n, 0));
      const predictions = matrix.map((_, column) => matrix.reduce((sum, row) => sum + row[column], 0));
      const right = matrix.reduce((sum, row, k) => sum + row[k], 0);
      const dot = (a: readonly number[], b: readonly number[]): number =>
        a.reduce((sum, n, k) => sum + n * b[k], 0);
      const total = items.length ** 2;
      return ratio(
        right * items.length - dot(golds, predictions),
        Math.sqrt(total - dot(predictions, predictions)) * Math.sqrt(total - dot(golds, golds)),
      );
    },
    details(items) {
      const { labels, matrix } = confusion(items, classes);
      return { confusion: labels.map((gold, row) => ({ gold, predicted: matrix[row] })), labels };
    },
  };
}
