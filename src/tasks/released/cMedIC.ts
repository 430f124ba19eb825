import type { Task } from '../task.ts';
import { published, RELEASE } from './release.ts';

export const cMedIC: Task = {
  id: 'cMedIC',
  aliases: ['CMedQC'],
  family: 'classification',
  domain: { en: 'medical', zh: '医疗搜索' },
  title: { en: 'Medical intent of a query', zh: '查询医疗意图分类' },
  access: 'public',
  corpus: {
    ...RELEASE,
    folder: 'cMedIC',
    format: 'text-tsv',
    files: { train: 'train.txt', dev: 'dev.txt', test: 'test.txt' },
  },
  labels: [
    { id: '0', meaning: { en: 'no medical intent', zh: '无医疗意图' } },
    { id: '1', meaning: { en: 'weak medical intent', zh: '弱医疗意图' } },
    { id: '2', meaning: { en: 'firm medical intent', zh: '强医疗意图' } },
  ],
  primary: 'classification/micro-f1@1',
  published: published(
    86.0,
    87.5,
    { en: 'accuracy on dev, 123 queries', zh: '开发集（123 条查询）上的准确率' },
    { convention: 'classification/accuracy@1', split: 'dev' },
  ),
};
