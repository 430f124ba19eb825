import type { Task } from '../task.ts';
import { published, RELEASE } from './release.ts';

export const cMedIR: Task = {
  id: 'cMedIR',
  aliases: ['CMedQT'],
  family: 'ranking',
  domain: { en: 'medical', zh: '医疗搜索' },
  title: { en: 'Ranking of page titles for a query', zh: '搜索查询与网页标题排序' },
  access: 'public',
  corpus: {
    ...RELEASE,
    folder: 'cMedIR',
    format: 'query-documents-jsonl',
    files: { train: 'train.json', dev: 'dev.json', test: 'test.json' },
  },
  labels: [
    { id: '0', meaning: { en: 'irrelevant', zh: '不相关' } },
    { id: '1', meaning: { en: 'barely relevant', zh: '弱相关' } },
    { id: '2', meaning: { en: 'relevant', zh: '相关' } },
    { id: '3', meaning: { en: 'highly relevant', zh: '高度相关' } },
    { id: '4', meaning: { en: 'perfect', zh: '完全满足' } },
  ],
  relevantFrom: 2,
  primary: 'ranking/pair-accuracy@1',
  published: published(
    63.9,
    67.1,
    {
      en: 'computed from the published PAIR ratio a/(1-a) (1.77 and 2.04)',
      zh: '由论文的 PAIR 比值 a/(1-a)（1.77 与 2.04）换算',
    },
    { convention: 'ranking/pair-accuracy@1', split: 'test' },
  ),
};
