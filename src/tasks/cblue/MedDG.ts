import type { Task } from '../task.ts';
import { CBLUE } from './cblue.ts';

/** Its entities are those that the data mark. */
export const MedDG: Task = {
  ...CBLUE,
  id: 'MedDG',
  aliases: [],
  family: 'generation',
  title: {
    en: 'Replies of a doctor that mention the right entities',
    zh: '蕴含实体的中文医疗对话生成：医生的下一句回复',
  },
  corpus: {
    ...CBLUE.corpus,
    folder: 'CBLUE/MedDG',
    format: 'meddg',
    files: { train: 'MedDG_train.json', dev: 'MedDG_dev.json', test: 'MedDG_test.json' },
  },
  labels: [],
  primary: 'generation/bleu-entities@1',
  published: [],
};
