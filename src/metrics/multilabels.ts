import { classLayout } from './class-scores.ts';
import type { Metric } from './metric.ts';
import { ratio } from './metric.ts';

export interface LabelsItem {
  readonly gold: { readonly labels: readonly string[] };
  readonly prediction: { readonly labels: readonly string[] };
}

/** Labels that only one side has; a label that is predicted again counts once more. */
function differences({ gold, prediction }: LabelsItem): number {
  const missing = new Set(gold.labels);
  let wrong = 0;
  for (const label of prediction.labels) if (!missing.delete(label)) wrong++;
  return wrong + missing.size;
}

/** Share of items whose predicted labels are exactly the gold labels. */
export const subsetAccuracy: Metric<LabelsItem> = {
  width: 2,
  count(unit, counts, offset) {
    for (const item of unit) if (differences(item) === 0) counts[offset]++;
    counts[offset + 1] += unit.length;
  },
  value: (counts) => ratio(counts[0], counts[1]),
  details: (counts) => ({ correct: counts[0], total: counts[1] }),
};

/**
 * Hamming loss: the share of all yes-or-no decisions (items × `classes`) that are wrong. Smaller is better. Of distinct labels
 * among the classes it is that of scikit-learn. A predicted label that is not among the classes, or is repeated, counts as an
 * extra error, so that the loss of an item may be above 1: adding labels never improves a score.
 */
export function hammingLoss(classes: readonly string[]): Metric<LabelsItem> {
  const decisions = classLayout(classes).listed.length;
  return {
    width: 2,
    count(unit, counts, offset) {
      for (const item of unit) counts[offset] += differences(item);
      counts[offset + 1] += unit.length * decisions;
    },
    value: (counts) => ratio(counts[0], counts[1]),
    details: (counts) => ({ wrong: counts[0], decisions: counts[1] }),
  };
}
