import { defineModel } from '../define.ts';
import { PARAMETERS } from './parameters.ts';

/** A frozen encoder: see docs/models/embedding.md. */
export const embedding = defineModel({
  contract: 1,
  id: 'embedding',
  version: 1,
  summary: {
    en: 'Vectors of a frozen encoder (init): cosine, logistic regression or nearest neighbours',
    zh: '冻结编码器（init）的文本向量：余弦、逻辑回归或最近邻',
  },
  families: ['similarity', 'ranking', 'classification', 'multilabel', 'inference'],
  parameters: PARAMETERS,
  mainParameter: 'init',
  seeded: false,
  slow: true,
  capabilities: { save: true, load: true, explain: false, embed: true },
  startingPoint: async ({ init }) =>
    (await import('../../encoders/folder/digest.ts')).digestTextEncoder(init),
  resolve: async (parameters, context) =>
    (await import('./resolve.ts')).resolveParameters(parameters, context),
  implementation: () => import('./implementation.ts'),
});
