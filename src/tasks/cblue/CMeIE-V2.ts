import type { Task } from '../task.ts';
import { CBLUE } from './cblue.ts';
import { CMEIE_PREDICATES } from './predicates.ts';

export const CMeIEV2: Task = {
  ...CBLUE,
  id: 'CMeIE-V2',
  aliases: [],
  family: 'relation',
  title: { en: 'Relations in medical texts, second version', zh: '医学文本实体关系抽取第二版' },
  corpus: {
    ...CBLUE.corpus,
    folder: 'CBLUE/CMeIE-V2',
    format: 'cmeie',
    files: { train: 'CMeIE-V2_train.json', dev: 'CMeIE-V2_dev.json', test: 'CMeIE-V2_test.json' },
  },
  labels: CMEIE_PREDICATES,
  primary: 'relation/strict-f1@1',
  published: [],
};
