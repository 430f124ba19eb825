import { defineModel } from '../define.ts';
import { parameters } from './parameters.ts';

/** Averaged n-gram embeddings under a linear classifier; see docs/models/fasttext.md. */
export const fasttext = defineModel({
  contract: 1,
  id: 'fasttext',
  version: 1,
  summary: {
    en: 'Averaged n-gram embeddings, trained with the labels (fastText)',
    zh: '有监督 n-gram 向量平均（fastText）',
  },
  families: ['similarity', 'inference', 'classification', 'multilabel', 'dialogue-acts', 'mention-status'],
  parameters,
  seeded: true,
  capabilities: { save: true, load: true, explain: true, embed: false },
  baseline: true,
  implementation: () => import('./implementation.ts'),
});
