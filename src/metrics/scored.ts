import {
  averagePrecision,
  type Curve,
  rocAuc,
  type SortedScores,
  sortScores,
  WEIGHTED_CURVES,
} from './curves.ts';
import type { Reweighted, WholeMetric } from './metric.ts';

export type { Curve } from './curves.ts';

export interface ScoredPrediction {
  readonly scores?: Readonly<Record<string, number>>;
}

const CURVES = { 'roc-auc': rocAuc, 'average-precision': averagePrecision } as const;

type IsGold<Item> = (item: Item, label: string) => boolean;

const scoresOf = <Item extends { readonly prediction: ScoredPrediction }>(
  items: readonly Item[],
  label: string,
): Float64Array => Float64Array.from(items, ({ prediction }) => prediction.scores?.[label] ?? Number.NaN);

/**
 * The curve's figure for `label` against all others, from the scores of that label alone. NaN where an item has no score for
 * it, or where gold has only this label or never has it.
 */
export function labelCurve<Item extends { readonly prediction: ScoredPrediction }>(
  curve: Curve,
  label: string,
  isGold: IsGold<Item>,
): WholeMetric<Item> {
  return {
    whole: (items) =>
      CURVES[curve](
        scoresOf(items, label),
        items.map((item) => isGold(item, label)),
      ),
    reweighted: (units) => reweightedCurves(curve, [label], isGold, units),
  };
}

/** The unweighted mean of `labelCurve` over the labels for which it is defined by gold (one against the rest). */
export function macroCurve<Item extends { readonly prediction: ScoredPrediction }>(
  curve: Curve,
  labels: readonly string[],
  goldOf: (item: Item) => readonly string[],
): WholeMetric<Item> {
  const isGold: IsGold<Item> = (item, label) => goldOf(item).includes(label);
  const definedOn = (items: readonly Item[]): string[] => {
    const positives = new Map<string, number>();
    for (const item of items)
      for (const label of new Set(goldOf(item))) positives.set(label, (positives.get(label) ?? 0) + 1);
    return labels.filter((label) => {
      const count = positives.get(label) ?? 0;
      return count > 0 && (count < items.length || curve !== 'roc-auc');
    });
  };
  return {
    whole(items) {
      const defined = definedOn(items);
      if (defined.length === 0) return Number.NaN;
      let sum = 0;
      for (const label of defined) {
        sum += labelCurve(curve, label, isGold).whole(items);
        // One label without scores leaves the mean undefined.
        if (Number.isNaN(sum)) break;
      }
      return sum / defined.length;
    },
    reweighted: (units) => reweightedCurves(curve, definedOn(units.flat()), isGold, units),
  };
}

/** The mean over labels of a curve's figure, sorted once and computed under any weights of the units. */
function reweightedCurves<Item extends { readonly prediction: ScoredPrediction }>(
  curve: Curve,
  labels: readonly string[],
  isGold: IsGold<Item>,
  units: readonly (readonly Item[])[],
): Reweighted<Item> {
  const items = units.flat();
  const unitOf = Uint32Array.from(units.flatMap((unit, u) => unit.map(() => u)));
  const sorted: SortedScores[] = [];
  let labelUnits = Number.POSITIVE_INFINITY;
  for (const label of labels) {
    const positive = items.map((item) => isGold(item, label));
    const one = sortScores(scoresOf(items, label), positive, unitOf);
    if (one) sorted.push(one);
    const side = (wanted: boolean): number => new Set(unitOf.filter((_, i) => positive[i] === wanted)).size;
    labelUnits = Math.min(labelUnits, side(true), side(false));
  }
  const isDefined = labels.length > 0 && sorted.length === labels.length;
  const figure = WEIGHTED_CURVES[curve];
  return {
    labelUnits,
    cost: items.length * labels.length,
    value(weights) {
      if (!isDefined) return Number.NaN;
      let sum = 0;
      for (const one of sorted) sum += figure(one, weights);
      return sum / sorted.length;
    },
  };
}
