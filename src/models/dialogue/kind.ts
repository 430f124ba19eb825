import { defineKind } from '../define.ts';
import { DIALOGUE_DEFAULTS } from './defaults.ts';

/** Symptoms of a dialogue by a CRF, a dictionary of names and a linear classifier; see docs/models/dialogue.md. */
export const dialogue = defineKind({
  id: 'dialogue',
  summary: {
    en: 'CRF mentions, names by dictionary, statuses by a speaker-aware linear classifier',
    zh: 'CRF 识别症状提及，词典归一名称，区分说话人的线性分类器判断状态',
  },
  families: ['dialogue'],
  defaults: DIALOGUE_DEFAULTS,
  seeded: false,
  implementation: () => import('./implementation.ts'),
});
