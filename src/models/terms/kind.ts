import { hashFile } from '../../ground/hash.ts';
import { defineModel } from '../define.ts';
import { parameters } from './parameters.ts';

/** Standard terms retrieved by BM25 and classified by logistic regression; see docs/models/terms.md. */
export const terms = defineModel({
  contract: 1,
  id: 'terms',
  version: 1,
  summary: {
    en: 'BM25 over a list of terms and over known texts, then logistic regression over what text and term share',
    zh: '以 BM25 检索术语表与已知文本，再以逻辑回归对候选打分',
  },
  families: ['normalisation'],
  parameters,
  seeded: false,
  capabilities: { save: true, load: true, explain: true, embed: false },
  baseline: true,
  quickLook: () => ({}),
  startingPoint: async ({ terminology }) => (terminology === undefined ? '' : hashFile(terminology)),
  implementation: () => import('./implementation.ts'),
});
