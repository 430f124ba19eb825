import * as z from 'zod';
import type { ArraySpecs } from '../modelfile.ts';
import type { TfidfOptions } from './tfidf.ts';

/** How TF-IDF stands in a model file. */
export const TFIDF_ARRAYS = {
  parents: 'Int32Array',
  points: 'Int32Array',
  nodeOf: 'Int32Array',
  idf: 'Float64Array',
} as const satisfies ArraySpecs;

export const tfidfOptionsJson: z.ZodType<TfidfOptions> = z.object({
  least: z.int().min(1),
  most: z.int().min(1),
  minDocuments: z.number(),
  sublinear: z.boolean(),
});
