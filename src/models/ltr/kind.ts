import { defineModel } from '../define.ts';
import { parameters } from './parameters.ts';

/** Learning to rank, linear and pairwise; see docs/models/ltr.md. */
export const ltr = defineModel({
  contract: 1,
  id: 'ltr',
  version: 1,
  summary: {
    en: 'Learning to rank: linear, pairwise, over BM25, overlap, n-grams and site',
    zh: '线性成对排序学习：BM25、重合度、n-gram 与站点特征',
  },
  families: ['ranking'],
  parameters,
  seeded: false,
  capabilities: { save: true, load: true, explain: true, embed: false },
  baseline: true,
  implementation: () => import('./implementation.ts'),
});
