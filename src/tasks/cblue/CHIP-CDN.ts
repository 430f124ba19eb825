import type { Task } from '../task.ts';
import { CBLUE, published } from './cblue.ts';

export const CHIPCDN: Task = {
  ...CBLUE,
  id: 'CHIP-CDN',
  aliases: [],
  family: 'normalisation',
  title: { en: 'Normalisation of diagnoses to ICD-10 terms', zh: '临床诊断术语标准化（ICD-10）' },
  corpus: {
    ...CBLUE.corpus,
    folder: 'CBLUE/CHIP-CDN',
    format: 'cdn',
    files: { train: 'CHIP-CDN_train.json', dev: 'CHIP-CDN_dev.json', test: 'CHIP-CDN_test.json' },
  },
  labels: [],
  primary: 'normalisation/term-f1@1',
  published: published(55.4, 56.4, 59.3, 65),
};
