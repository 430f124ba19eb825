import type { Task } from '../task.ts';
import { CBLUE, published } from './cblue.ts';
import { CMEEE_TYPES } from './entity-types.ts';

export const CMeEE: Task = {
  ...CBLUE,
  id: 'CMeEE',
  aliases: [],
  family: 'ner',
  title: { en: 'Nested entities in paediatric texts', zh: '中文医学命名实体识别（嵌套）' },
  corpus: {
    ...CBLUE.corpus,
    folder: 'CBLUE/CMeEE',
    format: 'cmeee',
    files: { train: 'CMeEE_train.json', dev: 'CMeEE_dev.json', test: 'CMeEE_test.json' },
  },
  labels: CMEEE_TYPES,
  primary: 'ner/strict/micro/full-text/json@1',
  published: published(62.1, 62.4, 62.4, 67.0),
};
