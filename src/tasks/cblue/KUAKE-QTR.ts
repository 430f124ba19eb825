import type { Task } from '../task.ts';
import { CBLUE, published } from './cblue.ts';

export const KUAKEQTR: Task = {
  ...CBLUE,
  id: 'KUAKE-QTR',
  aliases: [],
  family: 'inference',
  title: {
    en: 'Relevance of page titles to search queries, in four grades',
    zh: '医疗搜索查询词与页面标题相关性（四级）',
  },
  corpus: {
    ...CBLUE.corpus,
    folder: 'CBLUE/KUAKE-QTR',
    format: 'cblue-labels',
    files: { train: 'KUAKE-QTR_train.json', dev: 'KUAKE-QTR_dev.json', test: 'KUAKE-QTR_test.json' },
    unit: 'linked-texts',
  },
  labels: [
    { id: '0', meaning: { en: 'no match', zh: '完全不匹配' } },
    { id: '1', meaning: { en: 'hardly a match', zh: '基本不匹配' } },
    { id: '2', meaning: { en: 'a partial match', zh: '部分匹配' } },
    { id: '3', meaning: { en: 'a full match', zh: '完全匹配' } },
  ],
  primary: 'inference/accuracy@1',
  published: published(60.0, 60.3, 62.9, 71.0),
};
