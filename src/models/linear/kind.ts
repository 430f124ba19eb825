import { defineModel } from '../define.ts';
import { parameters } from './parameters.ts';

/** Logistic regression over TF-IDF of character n-grams; see docs/models/linear.md. */
export const linear = defineModel({
  contract: 1,
  id: 'linear',
  version: 1,
  summary: {
    en: 'Logistic regression over TF-IDF character n-grams; pairs also by what they share',
    zh: '字符 n-gram TF-IDF 逻辑回归；句对另用重合特征',
  },
  families: ['similarity', 'inference', 'classification', 'multilabel', 'dialogue-acts', 'mention-status'],
  parameters,
  seeded: false,
  capabilities: { save: true, load: true, explain: true, embed: false },
  baseline: true,
  quickLook: () => ({}),
  implementation: () => import('./implementation.ts'),
});
