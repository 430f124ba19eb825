import type { Task } from '../task.ts';
import { ACCURACY_PUBLISHED, MATCH_LABELS, published, RELEASE } from './release.ts';

export const cMedQQ: Task = {
  id: 'cMedQQ',
  aliases: ['CMedQQ'],
  family: 'similarity',
  domain: { en: 'medical', zh: '医疗' },
  title: { en: 'Semantic equivalence of search queries', zh: '搜索问句是否同义' },
  access: 'public',
  corpus: {
    ...RELEASE,
    folder: 'cMedQQ',
    format: 'pair-tsv',
    files: { train: 'train.txt', dev: 'dev.txt', test: 'test.txt' },
    unit: 'linked-texts',
  },
  labels: MATCH_LABELS,
  positive: '1',
  primary: 'similarity/positive-f1@1',
  published: published(86.5, 87.5, ACCURACY_PUBLISHED, { convention: 'similarity/accuracy@1', split: 'dev' }),
};
