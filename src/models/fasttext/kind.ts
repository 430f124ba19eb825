import { defineKind } from '../define.ts';

/** Averaged n-gram embeddings under a linear classifier; see docs/models/fasttext.md. */
export const fasttext = defineKind({
  id: 'fasttext',
  summary: {
    en: 'Averaged n-gram embeddings, trained with the labels (fastText)',
    zh: '有监督 n-gram 向量平均（fastText）',
  },
  families: ['similarity', 'inference', 'classification', 'multilabel'],
  defaults: { dim: 32, ngram: 3, 'min-df': 2, epochs: 15, lr: 1, 'tune-threshold': true },
  seeded: true,
  implementation: () => import('./fasttext.ts'),
});
