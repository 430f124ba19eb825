import { byFrequency } from '../shared/labels/labels.ts';
import { createMatcher } from './matcher.ts';

/** A text and its mentions. */
export interface Marked {
  readonly text: string;
  /** `value` is the target of a mention: its type, or the standard name of a symptom. */
  readonly mentions: readonly { readonly start: number; readonly end: number; readonly value: string }[];
}

export interface Entry {
  readonly word: string;
  /** The most frequent value of its mentions. */
  readonly value: string;
  /** How often it occurs in the training texts, and how often its longest matches are mentions with that value. */
  readonly found: number;
  readonly right: number;
}

/** Leaving out a word lets shorter ones match in its place, so it is repeated, at most this many times. */
const MOST_ROUNDS = 5;

/**
 * The words that are mentions in the training texts, without those that are right less often than
 * `leastPrecision` where longest matching finds them there. Sorted by word.
 */
export async function learnEntries(
  marked: readonly Marked[],
  leastPrecision: number,
  yieldNow: () => Promise<void> | undefined,
): Promise<Entry[]> {
  const values = new Map<string, Map<string, number>>();
  for (const { text, mentions } of marked) {
    for (const { start, end, value } of mentions) {
      const word = text.slice(start, end);
      const counts = values.get(word) ?? new Map<string, number>();
      counts.set(value, (counts.get(value) ?? 0) + 1);
      values.set(word, counts);
    }
  }
  let words = [...values.keys()].filter((word) => word.trim() !== '').sort();
  for (let round = 1; ; round++) {
    const found = new Map<string, number>();
    const right = new Map<string, number>();
    const matcher = createMatcher(words);
    for (const { text, mentions } of marked) {
      await yieldNow();
      const gold = new Set(mentions.map(({ start, end, value }) => `${start} ${end} ${value}`));
      for (const { start, end, word } of matcher(text)) {
        found.set(word, (found.get(word) ?? 0) + 1);
        if (gold.has(`${start} ${end} ${byFrequency(values.get(word)!)[0]}`))
          right.set(word, (right.get(word) ?? 0) + 1);
      }
    }
    const entries = words.map((word) => ({
      word,
      value: byFrequency(values.get(word)!)[0],
      found: found.get(word) ?? 0,
      right: right.get(word) ?? 0,
    }));
    const kept = entries.filter((entry) => entry.right >= leastPrecision * entry.found);
    if (kept.length === entries.length || round === MOST_ROUNDS) return kept;
    words = kept.map(({ word }) => word);
  }
}
