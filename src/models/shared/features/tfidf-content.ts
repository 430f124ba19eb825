import * as z from 'zod';
import type { ArraySpecs, ArraysOf, RulesOf } from '../modelfile.ts';
import type { TfidfOptions } from './tfidf.ts';

/** The form of TF-IDF in a model file. */
export const TFIDF_ARRAYS = {
  parents: 'Int32Array',
  points: 'Int32Array',
  nodeOf: 'Int32Array',
  idf: 'Float64Array',
} as const satisfies ArraySpecs;

/** Beyond the last code point of Unicode. */
const POINTS = 0x110000;
/** Beyond the weight of an n-gram in one of more texts than can be counted: `1 + ln(2 ** 53)`. */
const MOST_IDF = 38;

/** Invariants of these arrays: a trie, and for every column its node and its weight. */
export const tfidfRules = ({
  parents,
  nodeOf,
}: ArraysOf<typeof TFIDF_ARRAYS>): RulesOf<typeof TFIDF_ARRAYS> => ({
  parents: { isForest: true },
  points: { length: Math.max(1, parents.length), from: 0, below: POINTS },
  nodeOf: { from: 1, below: parents.length },
  idf: { length: nodeOf.length, from: 1, below: MOST_IDF },
});

export const tfidfOptionsJson: z.ZodType<TfidfOptions> = z.object({
  least: z.int().min(1),
  most: z.int().min(1),
  minDocuments: z.number(),
  sublinear: z.boolean(),
});
