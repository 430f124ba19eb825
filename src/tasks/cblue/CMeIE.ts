import type { Task } from '../task.ts';
import { CBLUE, published } from './cblue.ts';
import { CMEIE_PREDICATES } from './predicates.ts';

export const CMeIE: Task = {
  ...CBLUE,
  id: 'CMeIE',
  aliases: [],
  family: 'relation',
  title: { en: 'Relations in medical texts', zh: '医学文本实体关系抽取' },
  corpus: {
    ...CBLUE.corpus,
    folder: 'CBLUE/CMeIE',
    format: 'cmeie',
    files: { train: 'CMeIE_train.json', dev: 'CMeIE_dev.json', test: 'CMeIE_test.json' },
  },
  labels: CMEIE_PREDICATES,
  primary: 'relation/strict-f1@1',
  published: published(54.0, 53.7, 51.6, 66.0),
};
