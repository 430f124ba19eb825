import { CRF_DEFAULTS } from '../crf/defaults.ts';

/** Those of the mentions are the CRF's own. */
export const RELATION_DEFAULTS = {
  ...CRF_DEFAULTS,
  iterations: 80,
  'pair-c': 0.1,
  'tune-threshold': true,
} as const;
