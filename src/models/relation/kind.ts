import { defineModel } from '../define.ts';
import { parameters } from './parameters.ts';

/** Triples, causal relations and decision trees by a CRF over subjects and objects and a classifier over typed pairs; see docs/models/relation.md. */
export const relation = defineModel({
  contract: 1,
  id: 'relation',
  version: 1,
  summary: {
    en: 'CRF over subjects and objects, then logistic regression over typed pairs',
    zh: 'CRF 识别主宾语，再以逻辑回归对带类型的实体对分类',
  },
  families: ['relation', 'causal', 'decision-tree'],
  parameters,
  seeded: true,
  capabilities: { save: true, load: true, explain: true, embed: false },
  baseline: true,
  quickLook: () => ({}),
  implementation: () => import('./implementation.ts'),
});
