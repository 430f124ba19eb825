import { foldText } from '../features/ngrams.ts';
import type { Candidate } from './finder.ts';
import { sharedCharacters } from './likeness.ts';

/** The features of a term for a text, in this order. */
export const FEATURES = [
  'bm25',
  'first',
  'characters-shared',
  'term-covered',
  'text-covered',
  'longest-common',
  'contained',
  'neighbour',
  'same-text',
  'frequency',
] as const;

/** The features of a candidate. `frequency`: how often train has the term. */
export function featuresOf(
  text: string,
  term: string,
  frequency: number,
  { score, neighbour }: Candidate,
): number[] {
  const [a, b] = [foldText(text), foldText(term)];
  const shared = sharedCharacters(a, b);
  return [
    score,
    score === 1 ? 1 : 0,
    (2 * shared) / Math.max(1, a.length + b.length),
    shared / Math.max(1, b.length),
    shared / Math.max(1, a.length),
    longestCommon(a, b) / Math.max(1, b.length),
    b !== '' && a.includes(b) ? 1 : 0,
    neighbour,
    neighbour === 1 ? 1 : 0,
    Math.log1p(frequency),
  ];
}

/** Length of the longest run of characters that both have. */
function longestCommon(a: string, b: string): number {
  let best = 0;
  let before = new Uint16Array(b.length + 1);
  for (let i = 0; i < a.length; i++) {
    const now = new Uint16Array(b.length + 1);
    for (let j = 0; j < b.length; j++) {
      if (a.charCodeAt(i) !== b.charCodeAt(j)) continue;
      now[j + 1] = before[j] + 1;
      best = Math.max(best, now[j + 1]);
    }
    before = now;
  }
  return best;
}
