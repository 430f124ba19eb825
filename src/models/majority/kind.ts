import { defineKind } from '../define.ts';

/** The most frequent answer of the training data, whatever is asked; see docs/models/majority.md. */
export const majority = defineKind({
  id: 'majority',
  summary: { en: 'The most frequent answer of the training data', zh: '训练集中最常见的答案' },
  families: [
    'ner',
    'similarity',
    'inference',
    'classification',
    'multilabel',
    'ranking',
    'relation',
    'dialogue',
  ],
  defaults: {},
  seeded: false,
  implementation: () => import('./constant.ts'),
});
