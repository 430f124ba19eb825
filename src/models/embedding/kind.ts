import { defineModel } from '../define.ts';
import { PARAMETERS } from './parameters.ts';
import { digestServed, endpointOf, isServed } from './served.ts';

/** A frozen encoder: see docs/models/embedding.md. */
export const embedding = defineModel({
  contract: 1,
  id: 'embedding',
  version: 1,
  summary: {
    en: 'Vectors of a frozen encoder, here or behind /v1/embeddings: cosine, logistic regression or nearest neighbours',
    zh: '冻结编码器（本机或 /v1/embeddings 服务）的文本向量：余弦、逻辑回归或最近邻',
  },
  families: [
    ...(['similarity', 'ranking', 'classification', 'multilabel', 'inference'] as const),
    ...(['dialogue-acts', 'mention-status'] as const),
  ],
  parameters: PARAMETERS,
  mainParameter: 'init',
  seeded: false,
  slow: true,
  capabilities: { save: true, load: true, explain: false, embed: true },
  remote: isServed,
  destination: async (given) => (isServed(given) ? (await endpointOf(given)).url : undefined),
  startingPoint: async (given) =>
    isServed(given)
      ? digestServed(await endpointOf(given), given.dimensions)
      : (await import('../../encoders/folder/digest.ts')).digestTextEncoder(given.init),
  resolve: async (parameters, context) =>
    (await import('./resolve.ts')).resolveParameters(parameters, context),
  implementation: () => import('./implementation.ts'),
});
