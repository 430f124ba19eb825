import { CRF_DEFAULTS } from '../crf/defaults.ts';

/** Chosen on dev of CMDD; those of the mentions are the CRF's own. */
export const DIALOGUE_DEFAULTS = {
  ...CRF_DEFAULTS,
  iterations: 80,
  'status-c': 0.05,
  'tune-status': true,
} as const;
