import { defineModel } from '../define.ts';
import { parameters } from './parameters.ts';

/** Symptoms of a dialogue by a CRF, a dictionary of names and a linear classifier; see docs/models/dialogue.md. */
export const dialogue = defineModel({
  contract: 1,
  id: 'dialogue',
  version: 1,
  summary: {
    en: 'CRF mentions, names by dictionary, statuses by a speaker-aware linear classifier',
    zh: 'CRF 识别症状提及，词典归一名称，区分说话人的线性分类器判断状态',
  },
  families: ['dialogue'],
  parameters,
  seeded: false,
  capabilities: { save: true, load: true, explain: true, embed: false },
  baseline: true,
  implementation: () => import('./implementation.ts'),
});
