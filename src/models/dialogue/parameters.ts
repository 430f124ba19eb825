import { flag, integer, type Resolved } from '../../ground/parameters.ts';
import { crfParameters } from '../shared/crf/parameters.ts';
import { inverseStrength } from '../shared/parameters.ts';

/** Chosen on dev of CMDD; those of the mentions are the CRF's own. */
export const parameters = {
  ...crfParameters,
  iterations: integer({ ...crfParameters.iterations, default: 80 }),
  statusC: inverseStrength(
    0.05,
    'Inverse strength of the L2 penalty of the status classifier.',
    '状态分类器 L2 正则强度的倒数。',
  ),
  tuneStatus: flag({
    default: true,
    summary: {
      en: 'Tunes the offsets of the statuses on dev.',
      zh: '在 dev 上调整各状态的偏置。',
    },
  }),
};

export type DialogueParameters = Resolved<typeof parameters>;
