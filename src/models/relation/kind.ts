import { defineKind } from '../define.ts';
import { RELATION_DEFAULTS } from './defaults.ts';

/** Triples by a CRF over subjects and objects and a classifier over typed pairs; see docs/models/relation.md. */
export const relation = defineKind({
  id: 'relation',
  summary: {
    en: 'CRF over subjects and objects, then logistic regression over typed pairs',
    zh: 'CRF 识别主宾语，再以逻辑回归对带类型的实体对分类',
  },
  families: ['relation'],
  defaults: RELATION_DEFAULTS,
  seeded: true,
  implementation: () => import('./implementation.ts'),
});
