/** The two constants of BM25: how soon repeated tokens stop counting, and how much long documents lose. */
export interface Bm25Constants {
  readonly k1: number;
  readonly b: number;
}

/**
 * Weight of a token in `documents` of `total` documents, as in Lucene (never negative), rounded to single
 * precision as bm25s does.
 */
export const inverseFrequency = (documents: number, total: number): number =>
  Math.fround(Math.log(1 + (total - documents + 0.5) / (documents + 0.5)));

/** How much of the weight a token gets that a document of `length` tokens has `count` times. */
export const saturation = (
  count: number,
  length: number,
  meanLength: number,
  { k1, b }: Bm25Constants,
): number => count / (k1 * (1 - b + (b * length) / meanLength) + count);
