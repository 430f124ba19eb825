import type { Task } from '../task.ts';
import { CBLUE } from './cblue.ts';

export const CHIPCDEE: Task = {
  ...CBLUE,
  id: 'CHIP-CDEE',
  aliases: [],
  family: 'event',
  title: { en: 'Clinical findings as events', zh: '临床发现事件抽取' },
  corpus: {
    ...CBLUE.corpus,
    folder: 'CBLUE/CHIP-CDEE',
    format: 'cdee',
    files: { train: 'CHIP-CDEE_train.json', dev: 'CHIP-CDEE_dev.json', test: 'CHIP-CDEE_test.json' },
  },
  labels: [
    { id: '肯定', meaning: { en: 'found', zh: '肯定' } },
    { id: '否定', meaning: { en: 'denied', zh: '否定' } },
    { id: '不确定', meaning: { en: 'uncertain', zh: '不确定' } },
  ],
  primary: 'event/strict-f1@1',
  published: [],
};
