import type { Text } from './language.ts';

/** Share of the longer name that may differ in a misspelling; one letter always may. */
const MISSPELT = 0.4;

/**
 * The candidate with the smallest edit distance to `name`, ignoring letter case; '' when none is close enough to be meant.
 */
export function nearest(name: string, candidates: readonly string[]): string {
  let best = '';
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  const longest = Math.max(name.length, best.length);
  return bestDistance <= Math.max(1, Math.floor(longest * MISSPELT)) ? best : '';
}

/** The beginning of a hint: the name that was meant, where one is close; else empty. Add the rest to it. */
export function didYouMean(name: string, candidates: readonly string[]): Text {
  const close = nearest(name, candidates);
  return close ? { en: `Did you mean ${close}? `, zh: `是否指 ${close}？` } : { en: '', zh: '' };
}

/** Levenshtein distance in UTF-16 code units. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substitution, previous[j] + 1, row[j - 1] + 1));
    }
    previous = row;
  }
  return previous[b.length];
}
