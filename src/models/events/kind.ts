import { defineModel } from '../define.ts';
import { parameters } from './parameters.ts';

/** Findings by dictionaries of the training data and a classifier of their tendency; see docs/models/events.md. */
export const events = defineModel({
  contract: 1,
  id: 'events',
  version: 1,
  summary: {
    en: 'Dictionary matches of findings, body parts and descriptions; logistic regression for the tendency',
    zh: '以词典匹配主体词、部位与描述词，以逻辑回归判定发生状态',
  },
  families: ['event'],
  parameters,
  seeded: false,
  capabilities: { save: true, load: true, explain: true, embed: false },
  baseline: true,
  quickLook: () => ({}),
  implementation: () => import('./implementation.ts'),
});
