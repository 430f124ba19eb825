import { defineModel } from '../define.ts';
import { parameters } from './parameters.ts';

/** The answer of the nearest training example; see docs/models/knn.md. */
export const knn = defineModel({
  contract: 1,
  id: 'knn',
  version: 1,
  summary: {
    en: 'Answer of the nearest training example by TF-IDF cosine',
    zh: '按 TF-IDF 余弦取最近训练样例的答案',
  },
  families: [
    'similarity',
    'inference',
    'classification',
    'multilabel',
    'dialogue-acts',
    'mention-status',
    'normalisation',
    'generation',
    'instruction',
  ],
  parameters,
  seeded: false,
  capabilities: { save: true, load: true, explain: true, embed: false },
  baseline: true,
  implementation: () => import('./implementation.ts'),
});
