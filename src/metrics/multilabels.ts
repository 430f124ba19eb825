import { classLayout } from './class-scores.ts';
import type { Metric } from './metric.ts';
import { ratio } from './metric.ts';

export interface LabelsItem {
  readonly gold: { readonly labels: readonly string[] };
  readonly prediction: { readonly labels: readonly string[] };
}

/** Labels that only one side has. */
function differences({ gold, prediction }: LabelsItem): number {
  const missing = new Set(gold.labels);
  let wrong = 0;
  for (const label of new Set(prediction.labels)) if (!missing.delete(label)) wrong++;
  return wrong + missing.size;
}

const repeats = ({ prediction: { labels } }: LabelsItem): boolean => new Set(labels).size < labels.length;

/** Share of items whose predicted labels are exactly the gold labels, none of them twice. */
export const subsetAccuracy: Metric<LabelsItem> = {
  width: 2,
  count(unit, counts, offset) {
    for (const item of unit) if (differences(item) === 0 && !repeats(item)) counts[offset]++;
    counts[offset + 1] += unit.length;
  },
  value: (counts) => ratio(counts[0], counts[1]),
  details: (counts) => ({ correct: counts[0], total: counts[1] }),
};

/**
 * Hamming loss: the share of all yes-or-no decisions (items × `classes`) that are wrong, as in scikit-learn. Smaller is
 * better. A label predicted twice is one decision. One that is not among the classes counts as an extra error, up to a loss of
 * 1 for the item.
 */
export function hammingLoss(classes: readonly string[]): Metric<LabelsItem> {
  const decisions = classLayout(classes).listed.length;
  return {
    width: 2,
    count(unit, counts, offset) {
      for (const item of unit) counts[offset] += Math.min(differences(item), decisions);
      counts[offset + 1] += unit.length * decisions;
    },
    value: (counts) => ratio(counts[0], counts[1]),
    details: (counts) => ({ wrong: counts[0], decisions: counts[1] }),
  };
}
