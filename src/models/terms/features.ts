import { foldText } from '../shared/features/ngrams.ts';

/** What is known of a term beside a text, in this order. */
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

/** How a term was found for a text. */
export interface Candidate {
  /** Its number in the vocabulary. */
  readonly term: number;
  /** BM25 score over that of the best term; 0 where it was found through a known text only. */
  readonly score: number;
  /** How much the most similar known text with this term shares with the text, 0 to 1. */
  readonly neighbour: number;
}

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

/** How alike two texts are: twice the characters that they share over all of theirs. */
export const likeness = (a: string, b: string): number =>
  a === b ? 1 : Math.min(0.99, (2 * sharedCharacters(a, b)) / Math.max(1, a.length + b.length));

/** Characters of both, each as often as both have it. */
function sharedCharacters(a: string, b: string): number {
  const counts = new Map<string, number>();
  for (const character of a) counts.set(character, (counts.get(character) ?? 0) + 1);
  let shared = 0;
  for (const character of b) {
    const left = counts.get(character) ?? 0;
    if (left === 0) continue;
    counts.set(character, left - 1);
    shared++;
  }
  return shared;
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
