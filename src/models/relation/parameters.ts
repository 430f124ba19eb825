import { flag, integer, type Resolved } from '../../ground/parameters.ts';
import { crfParameters } from '../shared/crf/parameters.ts';
import { inverseStrength } from '../shared/parameters.ts';

/** Those of the mentions are the CRF's own. */
export const parameters = {
  ...crfParameters,
  iterations: integer({ ...crfParameters.iterations, default: 80 }),
  pairC: inverseStrength(
    0.1,
    'Inverse strength of the L2 penalty of the pair classifiers.',
    '实体对分类器 L2 正则强度的倒数。',
  ),
  tuneThreshold: flag({
    default: true,
    summary: { en: 'Tunes the threshold on dev for strict F1.', zh: '在 dev 上按严格 F1 调整阈值。' },
  }),
};

export type RelationParameters = Resolved<typeof parameters>;
