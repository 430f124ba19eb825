import { commonLength, matchF1, type RougeName } from './generation.ts';
import { type Metric, ratio } from './metric.ts';

/** A generated text and its reference, as words. */
export interface WordPair {
  readonly written: readonly string[];
  readonly wanted: readonly string[];
}

/** The different n-grams of words. */
const grams = (words: readonly string[], n: number): Set<string> => {
  const found = new Set<string>();
  for (let i = 0; i + n <= words.length; i++) found.add(JSON.stringify(words.slice(i, i + n)));
  return found;
};

function distinctF1({ written, wanted }: WordPair, n: number): number {
  const [own, other] = [grams(written, n), grams(wanted, n)];
  let matches = 0;
  for (const gram of own) if (other.has(gram)) matches++;
  return matchF1(matches, own.size, other.size);
}

const SCORES: Readonly<Record<RougeName, (pair: WordPair) => number>> = {
  'ROUGE-1': (pair) => distinctF1(pair, 1),
  'ROUGE-2': (pair) => distinctF1(pair, 2),
  'ROUGE-L': ({ written, wanted }) => matchF1(commonLength(written, wanted), written.length, wanted.length),
};

/**
 * The mean F1 of words over pairs of texts, as the package rouge-chinese computes it: n-grams count once however often they
 * occur, and the longest common subsequence is that of the whole texts. Its 1e-8 in the denominator is left out.
 */
export const wordRouge = <Item>(
  name: RougeName,
  pairsOf: (item: Item) => readonly WordPair[],
): Metric<Item> => ({
  width: 2,
  count(unit, counts, offset) {
    for (const item of unit)
      for (const pair of pairsOf(item)) {
        counts[offset] += SCORES[name](pair);
        counts[offset + 1]++;
      }
  },
  value: ([sum, texts]) => ratio(sum, texts),
  details: ([, texts]) => ({ texts }),
});
