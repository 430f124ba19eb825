/** Those of the mentions are the CRF's own. */
export const RELATION_DEFAULTS = {
  templates: 'char,ngram,word,lexicon',
  cutoff: 2,
  c1: 0,
  c2: 0.5,
  iterations: 80,
  threads: 2,
  'pair-c': 0.1,
  'tune-threshold': true,
} as const;
