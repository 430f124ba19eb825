import { defineKind } from '../define.ts';

/** Logistic regression over TF-IDF of character n-grams; see docs/models/linear.md. */
export const linear = defineKind({
  id: 'linear',
  summary: {
    en: 'Logistic regression over TF-IDF character n-grams; pairs also by what they share',
    zh: '字符 n-gram TF-IDF 逻辑回归；句对另用重合特征',
  },
  families: ['similarity', 'inference', 'classification', 'multilabel'],
  defaults: {
    ngram: 2,
    'min-df': 2,
    sublinear: true,
    c: 4,
    select: 'all',
    'class-weight': 'root',
    folds: 0,
    'tune-threshold': true,
    tolerance: 1e-3,
    'max-iterations': 1000,
  },
  seeded: false,
  implementation: () => import('./linear.ts'),
});
