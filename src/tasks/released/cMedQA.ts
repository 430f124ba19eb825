import type { Task } from '../task.ts';
import { ACCURACY_PUBLISHED, MATCH_LABELS, published, RELEASE } from './release.ts';

export const cMedQA: Task = {
  id: 'cMedQA',
  aliases: ['CMedQA'],
  family: 'similarity',
  domain: { en: 'medical', zh: '医疗' },
  title: { en: 'Relevance of short answers to questions', zh: '问题与短答案是否匹配' },
  access: 'public',
  corpus: {
    ...RELEASE,
    folder: 'cMedQA',
    format: 'pair-tsv',
    files: { train: 'train.txt', dev: 'dev.txt', test: 'test.txt' },
  },
  labels: MATCH_LABELS,
  positive: '1',
  primary: 'similarity/positive-f1@1',
  published: published(81.0, 82.3, ACCURACY_PUBLISHED, { convention: 'similarity/accuracy@1', split: 'dev' }),
};
