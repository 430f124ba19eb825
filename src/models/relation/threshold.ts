/** The default threshold without tuning. */
export const DEFAULT_THRESHOLD = 0.5;

/** The threshold with the best F1, half-way between two probabilities; of equals the one nearest to 0.5. */
export function bestThreshold(judged: { probability: number; right: boolean }[], gold: number): number {
  const sorted = [...judged].sort((a, b) => b.probability - a.probability);
  let best = DEFAULT_THRESHOLD;
  let most = 0;
  let tp = 0;
  for (let i = 0; i < sorted.length; i++) {
    if (sorted[i].right) tp++;
    const next = sorted[i + 1]?.probability ?? 0;
    if (next === sorted[i].probability) continue;
    const f1 = (2 * tp) / (i + 1 + gold);
    const threshold = (sorted[i].probability + next) / 2;
    const nearer = Math.abs(threshold - DEFAULT_THRESHOLD) < Math.abs(best - DEFAULT_THRESHOLD);
    if (f1 > most || (f1 === most && f1 > 0 && nearer)) {
      most = f1;
      best = threshold;
    }
  }
  return best;
}
