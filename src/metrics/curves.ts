export type Curve = 'roc-auc' | 'average-precision';

/** Items in the order of their scores, ready to be scored under many weights. */
export interface SortedScores {
  /** The unit of every item, largest score first. */
  readonly units: Uint32Array;
  /** 1 where that item is positive, in the same order. */
  readonly positive: Uint8Array;
  /** Ends of the groups of equal scores, as positions in `units`, ascending; the last is the number of items. */
  readonly ends: Uint32Array;
}

/** Sorts items by score; `unitOf` is the unit of every item. Undefined where a score is NaN. */
export function sortScores(
  scores: ArrayLike<number>,
  positive: ArrayLike<boolean>,
  unitOf: ArrayLike<number>,
): SortedScores | undefined {
  const order = new Uint32Array(scores.length);
  for (let i = 0; i < order.length; i++) {
    if (Number.isNaN(scores[i])) return undefined;
    order[i] = i;
  }
  order.sort((a, b) => scores[b] - scores[a]);
  const ends: number[] = [];
  for (let i = 1; i <= order.length; i++) {
    if (i === order.length || scores[order[i]] !== scores[order[i - 1]]) ends.push(i);
  }
  return {
    units: order.map((item) => unitOf[item]),
    positive: Uint8Array.from(order, (item) => (positive[item] ? 1 : 0)),
    ends: Uint32Array.from(ends),
  };
}

/**
 * Area under the ROC curve: the chance that a positive scores above a negative, a tie counting one half.
 * NaN where there is no positive or no negative.
 *
 * @param weights one per unit
 */
function weightedRocAuc({ units, positive, ends }: SortedScores, weights: Float64Array): number {
  let won = 0;
  let negativesSeen = 0;
  let positivesSeen = 0;
  for (let group = 0, i = 0; group < ends.length; group++) {
    let positives = 0;
    let negatives = 0;
    for (; i < ends[group]; i++) {
      const weight = weights[units[i]];
      if (positive[i] === 1) positives += weight;
      else negatives += weight;
    }
    won += negatives * (positivesSeen + positives / 2);
    positivesSeen += positives;
    negativesSeen += negatives;
  }
  const above = positivesSeen * negativesSeen;
  return above === 0 ? Number.NaN : won / above;
}

/**
 * Average precision: Σ (R_n − R_{n−1})·P_n over the distinct scores as thresholds, as scikit-learn defines it
 * (no interpolation; ties share one threshold). NaN where there is no positive. Weights as in `weightedRocAuc`.
 */
function weightedAveragePrecision({ units, positive, ends }: SortedScores, weights: Float64Array): number {
  let sum = 0;
  let positivesSeen = 0;
  let seen = 0;
  for (let group = 0, i = 0; group < ends.length; group++) {
    let positives = 0;
    let negatives = 0;
    for (; i < ends[group]; i++) {
      const weight = weights[units[i]];
      if (positive[i] === 1) positives += weight;
      else negatives += weight;
    }
    positivesSeen += positives;
    seen += positives + negatives;
    if (positives > 0) sum += positives * (positivesSeen / seen);
  }
  return positivesSeen === 0 ? Number.NaN : sum / positivesSeen;
}

/** The figure of a curve under weights of the units; weights of 1 give the unweighted figure to the bit. */
export const WEIGHTED_CURVES = {
  'roc-auc': weightedRocAuc,
  'average-precision': weightedAveragePrecision,
} as const satisfies Record<Curve, unknown>;

function unweighted(curve: Curve, scores: ArrayLike<number>, positive: ArrayLike<boolean>): number {
  const sorted = sortScores(
    scores,
    positive,
    Uint32Array.from(scores, (_, i) => i),
  );
  if (!sorted) return Number.NaN;
  const ones = new Float64Array(scores.length).fill(1);
  return WEIGHTED_CURVES[curve](sorted, ones);
}

/** Area under the ROC curve; NaN where there is no positive or no negative, or a score is NaN. */
export const rocAuc = (scores: ArrayLike<number>, positive: ArrayLike<boolean>): number =>
  unweighted('roc-auc', scores, positive);

/** Average precision; NaN where there is no positive, or a score is NaN. */
export const averagePrecision = (scores: ArrayLike<number>, positive: ArrayLike<boolean>): number =>
  unweighted('average-precision', scores, positive);
