/**
 * How the vectors of tokens become that of a text. The first six are those of `sentence-transformers`: the first token; the
 * mean of all tokens, `[CLS]` and `[SEP]` included; their sum by the root of their number; their mean weighted by position,
 * 1 for the first; the maximum of every component; the last token. `text_mean` is the mean without `[CLS]` and `[SEP]`.
 */
export const POOLINGS = [
  'cls',
  'mean',
  'mean_sqrt_len_tokens',
  'weightedmean',
  'max',
  'lasttoken',
  'text_mean',
] as const;
/** How the vectors of tokens become that of a text. */
export type Pooling = (typeof POOLINGS)[number];
