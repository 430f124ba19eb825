import type { Element } from '../tasks/families/view.ts';

/** Gold and answer that belong together, or one of them alone; indices into their lists. */
export interface Aligned {
  readonly gold?: number;
  readonly answer?: number;
  readonly equal: boolean;
}

/**
 * Pairs equal elements first, each once (gold given twice counts once), then the nearest of what is left, greedily.
 * Elements without a partner stay unpaired.
 */
export function align(
  gold: readonly Element[],
  answers: readonly Element[],
  near: (gold: Element, answer: Element) => number,
): Aligned[] {
  const keys = new Map<string, number>();
  gold.forEach(({ key }, i) => {
    if (!keys.has(key)) keys.set(key, i);
  });
  const freeGold = new Set(keys.values());
  const freeAnswers = new Set<number>();
  const aligned: Aligned[] = [];
  answers.forEach(({ key }, j) => {
    const i = keys.get(key);
    if (i !== undefined && freeGold.delete(i)) aligned.push({ gold: i, answer: j, equal: true });
    else freeAnswers.add(j);
  });
  const candidates: { i: number; j: number; closeness: number }[] = [];
  for (const i of freeGold) {
    for (const j of freeAnswers) {
      const closeness = near(gold[i], answers[j]);
      if (closeness > 0) candidates.push({ i, j, closeness });
    }
  }
  candidates.sort((a, b) => b.closeness - a.closeness || a.i - b.i || a.j - b.j);
  for (const { i, j } of candidates) {
    if (!freeGold.has(i) || !freeAnswers.has(j)) continue;
    freeGold.delete(i);
    freeAnswers.delete(j);
    aligned.push({ gold: i, answer: j, equal: false });
  }
  for (const i of freeGold) aligned.push({ gold: i, equal: false });
  for (const j of freeAnswers) aligned.push({ answer: j, equal: false });
  return aligned;
}
