import type { Task } from '../task.ts';
import { CBLUE } from './cblue.ts';

export const CHIPMDCFNPC: Task = {
  ...CBLUE,
  id: 'CHIP-MDCFNPC',
  aliases: [],
  family: 'mention-status',
  title: { en: 'Status of clinical findings in dialogues', zh: '医患对话临床发现阴阳性判别' },
  corpus: {
    ...CBLUE.corpus,
    folder: 'CBLUE/CHIP-MDCFNPC',
    format: 'mdcfnpc',
    files: {
      train: 'CHIP-MDCFNPC_train.json',
      dev: 'CHIP-MDCFNPC_dev.json',
      test: 'CHIP-MDCFNPC_test.json',
    },
  },
  labels: [
    { id: '阳性', meaning: { en: 'there', zh: '阳性' } },
    { id: '阴性', meaning: { en: 'not there', zh: '阴性' } },
    { id: '其他', meaning: { en: 'other: unknown, or of the past', zh: '其他' } },
    { id: '不标注', meaning: { en: 'not about the patient', zh: '不标注' } },
  ],
  primary: 'mention-status/macro-f1/observed@1',
  published: [],
};
