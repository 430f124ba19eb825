/** The parameters of training a CRF, chosen on dev of cEHRNER and cMedQANER. */
export const CRF_DEFAULTS = {
  templates: 'char,ngram,word,lexicon,side',
  cutoff: 2,
  c1: 0,
  c2: 0.3,
  iterations: 100,
  threads: 2,
} as const;
