import { defineKind } from '../define.ts';

/** Longest match of the mentions seen in training; see docs/models/lexicon.md. */
export const lexicon = defineKind({
  id: 'lexicon',
  summary: { en: 'Longest match of the mentions of the training data', zh: '训练集实体词典的最长匹配' },
  families: ['ner', 'dialogue'],
  defaults: { 'least-precision': 0.4 },
  seeded: false,
  implementation: () => import('./lexicon.ts'),
});
