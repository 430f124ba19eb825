/**
 * The threshold on the score that makes the best F1, `score >= threshold` being a yes; `fallback` where no
 * item is positive. Halfway between the scores around the best cut, and of equal cuts the highest.
 */
export function bestThreshold(
  scores: ArrayLike<number>,
  positive: ArrayLike<boolean>,
  fallback: number,
): number {
  const order = Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[b] - scores[a]);
  let positives = 0;
  for (let i = 0; i < positive.length; i++) if (positive[i]) positives++;
  let best = 0;
  let threshold = fallback;
  let right = 0;
  for (let i = 0; i < order.length; i++) {
    if (positive[order[i]]) right++;
    const lowest = scores[order[i]];
    const last = i + 1 === order.length;
    if (!last && scores[order[i + 1]] === lowest) continue;
    const f1 = (2 * right) / (i + 1 + positives);
    if (f1 > best) {
      best = f1;
      threshold = last ? lowest : between(scores[order[i + 1]], lowest);
    }
  }
  return threshold;
}

/** A number above the lower of two and not above the higher: halfway, unless rounding gives the lower one. */
function between(lower: number, higher: number): number {
  const middle = (lower + higher) / 2;
  return middle > lower ? middle : higher;
}

/**
 * The same where a yes is a share of no: `1 - score` makes the best F1, and `score >= threshold` is a no. Shares from 0 to 1.
 */
export function bestThresholdOfNo(
  scores: ArrayLike<number>,
  positive: ArrayLike<boolean>,
  fallback: number,
): number {
  if (!Array.from(positive).includes(true)) return 1 - fallback;
  const shares = Array.from(scores, (score) => 1 - score);
  const least = bestThreshold(shares, positive, fallback);
  let highestYes = Number.NEGATIVE_INFINITY;
  let lowestNo = Number.POSITIVE_INFINITY;
  for (let i = 0; i < shares.length; i++) {
    if (shares[i] >= least) highestYes = Math.max(highestYes, scores[i]);
    else lowestNo = Math.min(lowestNo, scores[i]);
  }
  const threshold = 1 - least;
  if (highestYes < threshold && threshold <= lowestNo) return threshold;
  // A score equal to the threshold would be negative, as would all of them where every answer is positive.
  return Math.min(lowestNo, highestYes + Number.EPSILON);
}
