import { defineKind } from '../define.ts';
import { BERT_DEFAULTS } from './defaults.ts';

/** BERT (Devlin et al. 2019), fine-tuned; see docs/models/bert.md. */
export const bert = defineKind({
  id: 'bert',
  summary: {
    en: 'BERT, fine-tuned from a folder of weights (init) or from random ones',
    zh: '微调 BERT：从权重目录（init）或随机初始化开始',
  },
  families: [
    'ner',
    'similarity',
    'inference',
    'classification',
    'multilabel',
    'ranking',
    'relation',
    'dialogue',
  ],
  defaults: BERT_DEFAULTS,
  seeded: true,
  slow: true,
  mainParameter: 'init',
  answering: ['dtype', 'device', 'threads', 'evidence'],
  startingPoint: async ({ init }) =>
    init === '' ? '' : (await import('../../encoders/folder/digest.ts')).digestFolder(String(init)),
  implementation: () => import('./implementation.ts'),
});
