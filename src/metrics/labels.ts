import { type Average, CORRECT, classLayout, classScores, GOLD, PREDICTED, UNLISTED } from './class-scores.ts';
import type { Metric } from './metric.ts';
import { ratio } from './metric.ts';

/** One gold label and one predicted label an item. */
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

/**
 * F1 over classes where every item has exactly one label. A predicted label that is not listed is wrong
 * and belongs to no listed class. Micro F1 equals accuracy.
 */
export function labelF1(classes: readonly string[], average: Average): Metric<LabelItem> {
  const layout = classLayout(classes);
  const { begins, unlisted } = layout;
  return {
    ...classScores(layout, average),
    count(unit, counts, offset) {
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
}

/**
 * Matthews correlation of any number of classes (R_K, Gorodkin 2004), −1 to 1; its details are the confusion
 * matrix. Labels that are not listed share one more row and column, where a wrong one never counts as right.
 * NaN where gold or predictions have only one class. Its width is the square of the number of classes.
 */
export function matthews(classes: readonly string[]): Metric<LabelItem> {
  const names = [...new Set(classes)];
  const index = new Map(names.map((name, i) => [name, i]));
  const size = names.length + 1;
  const wrongUnlisted = size * size;
  return {
    width: size * size + 1,
    count(unit, counts, offset) {
      for (const { gold, prediction } of unit) {
        const row = index.get(gold.label) ?? names.length;
        const column = index.get(prediction.label) ?? names.length;
        counts[offset + row * size + column]++;
        if (row === column && gold.label !== prediction.label) counts[offset + wrongUnlisted]++;
      }
    },
    value(counts) {
      let total = 0;
      let right = -counts[wrongUnlisted];
      let goldPredicted = 0;
      let goldSquares = 0;
      let predictedSquares = 0;
      for (let k = 0; k < size; k++) {
        let gold = 0;
        let predicted = 0;
        for (let other = 0; other < size; other++) {
          gold += counts[k * size + other];
          predicted += counts[other * size + k];
        }
        total += gold;
        right += counts[k * size + k];
        goldPredicted += gold * predicted;
        goldSquares += gold * gold;
        predictedSquares += predicted * predicted;
      }
      return ratio(
        right * total - goldPredicted,
        Math.sqrt(total * total - predictedSquares) * Math.sqrt(total * total - goldSquares),
      );
    },
    details: (counts) => ({
      labels: [...names, UNLISTED],
      confusion: Array.from({ length: size }, (_, row) => ({
        gold: names[row] ?? UNLISTED,
        predicted: Array.from(counts.subarray(row * size, row * size + size)),
      })),
    }),
  };
}
