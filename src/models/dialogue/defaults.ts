/** Chosen on dev of CMDD; those of the mentions are the CRF's own. */
export const DIALOGUE_DEFAULTS = {
  templates: 'char,ngram,word,lexicon,side',
  cutoff: 2,
  c1: 0,
  c2: 0.5,
  iterations: 80,
  threads: 2,
  'status-c': 0.05,
  'tune-status': true,
} as const;
