import { defineKind } from '../define.ts';

/** Learning to rank, linear and pairwise; see docs/models/ltr.md. */
export const ltr = defineKind({
  id: 'ltr',
  summary: {
    en: 'Learning to rank: linear, pairwise, over BM25, overlap, n-grams and site',
    zh: '线性成对排序学习：BM25、重合度、n-gram 与站点特征',
  },
  families: ['ranking'],
  defaults: { c: 1, ngram: 2, 'min-df': 3, sites: true, 'min-site': 3, tolerance: 1e-4 },
  seeded: false,
  implementation: () => import('./ltr.ts'),
});
