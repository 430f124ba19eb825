/** Indices of `scores`, largest first. */
function descending(scores: ArrayLike<number>): Uint32Array {
  const order = new Uint32Array(scores.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  return order.sort((a, b) => scores[b] - scores[a]);
}

/** Calls back for every group of equal scores, from the largest: how many positives and negatives it has. */
function overTies(
  scores: ArrayLike<number>,
  positive: ArrayLike<boolean>,
  visit: (positives: number, negatives: number) => void,
): void {
  const order = descending(scores);
  for (let i = 0; i < order.length; ) {
    const score = scores[order[i]];
    let positives = 0;
    let negatives = 0;
    for (; i < order.length && scores[order[i]] === score; i++) {
      if (positive[order[i]]) positives++;
      else negatives++;
    }
    visit(positives, negatives);
  }
}

const hasNaN = (scores: ArrayLike<number>): boolean => {
  for (let i = 0; i < scores.length; i++) if (Number.isNaN(scores[i])) return true;
  return false;
};

/**
 * Area under the ROC curve: the chance that a positive scores above a negative, a tie counting one half.
 * NaN where there is no positive or no negative, or a score is NaN.
 */
export function rocAuc(scores: ArrayLike<number>, positive: ArrayLike<boolean>): number {
  if (hasNaN(scores)) return Number.NaN;
  let above = 0;
  let won = 0;
  let negativesSeen = 0;
  let positivesSeen = 0;
  overTies(scores, positive, (positives, negatives) => {
    won += negatives * (positivesSeen + positives / 2);
    positivesSeen += positives;
    negativesSeen += negatives;
    above = positivesSeen * negativesSeen;
  });
  return above === 0 ? Number.NaN : won / above;
}

/**
 * Average precision: Σ (R_n − R_{n−1})·P_n over the distinct scores as thresholds, as scikit-learn defines it
 * (no interpolation; ties share one threshold). NaN where there is no positive, or a score is NaN.
 */
export function averagePrecision(scores: ArrayLike<number>, positive: ArrayLike<boolean>): number {
  if (hasNaN(scores)) return Number.NaN;
  let sum = 0;
  let positivesSeen = 0;
  let seen = 0;
  overTies(scores, positive, (positives, negatives) => {
    positivesSeen += positives;
    seen += positives + negatives;
    sum += positives * (positivesSeen / seen);
  });
  return positivesSeen === 0 ? Number.NaN : sum / positivesSeen;
}
