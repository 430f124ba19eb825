import { averagePrecision, rocAuc } from './curves.ts';
import type { WholeMetric } from './metric.ts';

export interface ScoredPrediction {
  readonly scores?: Readonly<Record<string, number>>;
}

export type Curve = 'roc-auc' | 'average-precision';

const CURVES = { 'roc-auc': rocAuc, 'average-precision': averagePrecision } as const;

/**
 * The curve's figure for `label` against all others, from the scores of that label alone. NaN where an item
 * has no score for it, or where the label, or anything but it, is not in gold.
 */
export function labelCurve<Item extends { readonly prediction: ScoredPrediction }>(
  curve: Curve,
  label: string,
  isGold: (item: Item, label: string) => boolean,
): WholeMetric<Item> {
  return {
    whole(items) {
      const scores = new Float64Array(items.length);
      const positive = items.map((item) => isGold(item, label));
      for (let i = 0; i < items.length; i++) scores[i] = items[i].prediction.scores?.[label] ?? Number.NaN;
      return CURVES[curve](scores, positive);
    },
  };
}

/** The unweighted mean of `labelCurve` over the labels for which it is defined by gold (one against the rest). */
export function macroCurve<Item extends { readonly prediction: ScoredPrediction }>(
  curve: Curve,
  labels: readonly string[],
  isGold: (item: Item, label: string) => boolean,
): WholeMetric<Item> {
  return {
    whole(items) {
      let sum = 0;
      let defined = 0;
      for (const label of labels) {
        const positives = items.reduce((count, item) => count + (isGold(item, label) ? 1 : 0), 0);
        if (positives === 0 || (positives === items.length && curve === 'roc-auc')) continue;
        sum += labelCurve(curve, label, isGold).whole(items);
        defined++;
      }
      return defined === 0 ? Number.NaN : sum / defined;
    },
  };
}
