import type { Task } from '../task.ts';
import { CBLUE, published } from './cblue.ts';

export const CHIPSTS: Task = {
  ...CBLUE,
  id: 'CHIP-STS',
  aliases: [],
  family: 'similarity',
  title: { en: 'Semantic equivalence of questions about a disease', zh: '疾病问答同义判断' },
  corpus: {
    ...CBLUE.corpus,
    folder: 'CBLUE/CHIP-STS',
    format: 'cblue-labels',
    files: { train: 'CHIP-STS_train.json', dev: 'CHIP-STS_dev.json', test: 'CHIP-STS_test.json' },
  },
  labels: [
    { id: '0', meaning: { en: 'does not ask the same', zh: '不同义' } },
    { id: '1', meaning: { en: 'asks the same', zh: '同义' } },
  ],
  positive: '1',
  primary: 'similarity/macro-f1/observed@1',
  published: published(83.0, 83.7, 85.6, 93.0),
};
