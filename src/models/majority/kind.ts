import { defineModel } from '../define.ts';

/** The most frequent answer in the training data, whatever the input; see docs/models/majority.md. */
export const majority = defineModel({
  contract: 1,
  id: 'majority',
  version: 1,
  summary: { en: 'The most frequent answer in the training data', zh: '训练集中最常见的答案' },
  families: [
    'ner',
    'similarity',
    'inference',
    'classification',
    'multilabel',
    'ranking',
    'relation',
    'dialogue',
    'normalisation',
    'dialogue-acts',
    'event',
    'mention-status',
    'causal',
    'generation',
    'decision-tree',
    'instruction',
  ],
  parameters: {},
  seeded: false,
  capabilities: { save: true, load: true, explain: true, embed: false },
  baseline: true,
  quickLook: () => ({}),
  implementation: () => import('./implementation.ts'),
});
