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
      threshold = last ? lowest : (lowest + scores[order[i + 1]]) / 2;
    }
  }
  return threshold;
}
