import type { Task } from '../task.ts';
import { ACCURACY_PUBLISHED, MATCH_LABELS, published, RELEASE } from './release.ts';

export const cMedQNLI: Task = {
  id: 'cMedQNLI',
  aliases: ['CMedQSA'],
  family: 'similarity',
  domain: { en: 'medical', zh: '医疗' },
  title: { en: 'Relevance of long answers to questions', zh: '问题与长答案是否匹配' },
  access: 'public',
  corpus: {
    ...RELEASE,
    folder: 'cMedQNLI',
    format: 'pair-tsv',
    files: { train: 'train.txt', dev: 'dev.txt', test: 'test.txt' },
  },
  labels: MATCH_LABELS,
  positive: '1',
  primary: 'similarity/positive-f1@1',
  published: published(93.3, 95.5, ACCURACY_PUBLISHED, { convention: 'similarity/accuracy@1', split: 'dev' }),
};
