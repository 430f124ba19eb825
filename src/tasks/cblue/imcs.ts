import type { PublishedScore } from '../task.ts';
import { CBLUE } from './cblue.ts';

/** The one corpus of all IMCS-V2 tasks: annotated dialogues between doctor and patient. */
export const IMCS_CORPUS = {
  ...CBLUE.corpus,
  folder: 'CBLUE/IMCS-V2',
  files: { train: 'IMCS-V2_train.json', dev: 'IMCS-V2_dev.json', test: 'IMCS-V2_test.json' },
} as const;

/** The published scores of a fine-tuned BERT. */
export const imcsPublished = (value: number): readonly PublishedScore[] => [
  {
    model: 'BERT-base',
    value,
    note: {
      en: 'the official metric on test, as the paper of IMCS-21 reports it; scores here are on dev',
      zh: '测试集上的官方指标（IMCS-21 论文）；此处得分为开发集',
    },
  },
];
