import { defineKind } from '../define.ts';

/** The answer of the nearest training example; see docs/models/knn.md. */
export const knn = defineKind({
  id: 'knn',
  summary: {
    en: 'Answer of the nearest training example by TF-IDF cosine',
    zh: '按 TF-IDF 余弦取最近训练样例的答案',
  },
  families: ['similarity', 'inference', 'classification', 'multilabel'],
  defaults: { k: 1, ngram: 3, 'min-df': 1, sublinear: true },
  seeded: false,
  implementation: () => import('./knn.ts'),
});
