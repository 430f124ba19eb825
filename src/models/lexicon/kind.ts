import { defineModel } from '../define.ts';
import { parameters } from './parameters.ts';

/** Longest match of the mentions seen in training; see docs/models/lexicon.md. */
export const lexicon = defineModel({
  contract: 1,
  id: 'lexicon',
  version: 1,
  summary: {
    en: 'Longest match of mentions from the training data',
    zh: '训练集实体词典的最长匹配',
  },
  families: ['ner', 'dialogue'],
  parameters,
  seeded: false,
  capabilities: { save: true, load: true, explain: true, embed: false },
  baseline: true,
  quickLook: () => ({}),
  implementation: () => import('./implementation.ts'),
});
