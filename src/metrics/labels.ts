import {
  type Average,
  type ClassCounting,
  CORRECT,
  classLayout,
  classMetric,
  GOLD,
  PREDICTED,
} from './class-scores.ts';
import type { Metric, WholeMetric } from './metric.ts';
import { ratio } from './metric.ts';

/** One gold label and one predicted label per item. */
export interface LabelItem {
  readonly gold: { readonly label: string };
  readonly prediction: { readonly label: string };
}

/** Share of items whose label is right. */
export const accuracy: Metric<LabelItem> = {
  width: 2,
  count(unit, counts, offset) {
    for (const { gold, prediction } of unit) {
      if (gold.label === prediction.label) counts[offset]++;
    }
    counts[offset + 1] += unit.length;
  },
  value: (counts) => ratio(counts[0], counts[1]),
  details: (counts) => ({ correct: counts[0], total: counts[1] }),
};

const COUNTING: ClassCounting<LabelItem> = {
  classesOf: ({ gold, prediction }) => [gold.label, prediction.label],
  count({ begins, unlisted }, unit, counts, offset) {
    for (const { gold, prediction } of unit) {
      const goldAt = offset + (begins.get(gold.label) ?? unlisted);
      counts[goldAt + GOLD]++;
      if (gold.label === prediction.label) {
        counts[goldAt + PREDICTED]++;
        counts[goldAt + CORRECT]++;
      } else counts[offset + (begins.get(prediction.label) ?? unlisted) + PREDICTED]++;
    }
  },
};

/**
 * F1 over classes where every item has exactly one label. A predicted label that is not listed is wrong
 * and belongs to no listed class. Micro F1 equals accuracy.
 */
export const labelF1 = (classes: readonly string[], average: Average): Metric<LabelItem> =>
  classMetric(classLayout(classes), average, COUNTING);

/**
 * F1 over the classes that occur in gold or in predictions, which need not be known in advance: an invented label is one more
 * class, as scikit-learn counts it. `labelsOf` returns undefined for items that are not scored; NaN where none is.
 */
export function openLabelF1<Item>(
  average: Average,
  labelsOf: (item: Item) => LabelItem | undefined,
): WholeMetric<Item> {
  const countedOn = (items: readonly Item[]): Metric<Item> => {
    const classes = new Set<string>();
    for (const item of items) {
      const labels = labelsOf(item);
      if (labels) classes.add(labels.gold.label).add(labels.prediction.label);
    }
    const { narrowing: _narrowing, tally: _tally, count, ...metric } = labelF1([...classes].sort(), average);
    return {
      ...metric,
      count: (unit, counts, offset) =>
        count(
          unit.flatMap((item) => labelsOf(item) ?? []),
          counts,
          offset,
        ),
    };
  };
  const counted = (items: readonly Item[]) => {
    const metric = countedOn(items);
    const counts = new Float64Array(metric.width);
    metric.count(items, counts, 0);
    return { metric, counts };
  };
  return {
    whole(items) {
      const { metric, counts } = counted(items);
      return metric.value(counts);
    },
    details(items) {
      const { metric, counts } = counted(items);
      return metric.details?.(counts) ?? {};
    },
    reweighted: (units) => ({ counted: countedOn(units.flat()) }),
  };
}
