import type { Task } from '../task.ts';
import { CBLUE } from './cblue.ts';

/** Its lists are made by `data get cblue` of the queries and the passages of the archive. */
export const KUAKEIR: Task = {
  ...CBLUE,
  id: 'KUAKE-IR',
  aliases: [],
  family: 'ranking',
  title: { en: 'Passages that answer a search query', zh: '医学段落检索' },
  corpus: {
    ...CBLUE.corpus,
    folder: 'CBLUE/KUAKE-IR',
    format: 'query-documents-jsonl',
    files: { train: 'KUAKE-IR_train.jsonl', dev: 'KUAKE-IR_dev.jsonl', test: 'KUAKE-IR_test.jsonl' },
  },
  labels: [
    { id: '0', meaning: { en: 'another passage', zh: '其他段落' } },
    { id: '1', meaning: { en: 'the passage that answers the query', zh: '回答该查询的段落' } },
  ],
  relevantFrom: 1,
  primary: 'ranking/mrr-10@1',
  published: [],
};
