import type { Task } from '../task.ts';
import { CBLUE } from './cblue.ts';
import { CMEEE_TYPES } from './entity-types.ts';

export const CMeEEV2: Task = {
  ...CBLUE,
  id: 'CMeEE-V2',
  aliases: [],
  family: 'ner',
  title: {
    en: 'Nested entities in paediatric texts, second version',
    zh: '中文医学命名实体识别第二版（嵌套）',
  },
  corpus: {
    ...CBLUE.corpus,
    folder: 'CBLUE/CMeEE-V2',
    format: 'cmeee',
    files: { train: 'CMeEE-V2_train.json', dev: 'CMeEE-V2_dev.json', test: 'CMeEE-V2_test.json' },
  },
  labels: CMEEE_TYPES,
  primary: 'ner/strict/micro/full-text/json@1',
  published: [],
};
