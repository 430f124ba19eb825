import { fitForest, forestQuality } from './forest.ts';
import type { Candidate } from './ngrams.ts';
import { cutWords } from './words.ts';

/**
 * How good a phrase each candidate is, 0 to 1, by a forest trained on positive examples only: the candidates of
 * which `seeds` are the indices. `documents` is the number of documents of the text.
 */
export function judgeQuality(
  candidates: readonly Candidate[],
  seeds: readonly number[],
  documents: number,
  seed: number,
): Float64Array {
  const rows = candidates.map((candidate) => featuresOf(candidate, documents));
  const width = rows[0].length;
  const values = Float64Array.from(rows.flat());
  const forest = fitForest({ width, values }, seeds, { seed });
  return Float64Array.from(candidates, (_, row) => forestQuality(forest, values, row));
}

/** The classifier's features: comparable between short and long candidates, entities and spans. */
function featuresOf(candidate: Candidate, documents: number): number[] {
  const { text, count, pmi, leftEntropy, rightEntropy, leftBreaks, rightBreaks, absorbed } = candidate;
  const words = cutWords(text);
  return [
    Math.log(count),
    pmi,
    leftEntropy / Math.log(count),
    rightEntropy / Math.log(count),
    Math.min(leftEntropy, rightEntropy),
    leftBreaks,
    rightBreaks,
    absorbed,
    Math.log(documents / candidate.documents),
    candidate.documents / count,
    words.filter((word) => word.length === 1).length / words.length,
    (text.match(/[0-9a-z]/g)?.length ?? 0) / text.length,
  ];
}
