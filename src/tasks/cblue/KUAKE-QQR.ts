import type { Task } from '../task.ts';
import { CBLUE, published } from './cblue.ts';

export const KUAKEQQR: Task = {
  ...CBLUE,
  id: 'KUAKE-QQR',
  aliases: [],
  family: 'inference',
  title: { en: 'Semantic relation between two search queries', zh: '医疗搜索查询词与查询词相关性' },
  corpus: {
    ...CBLUE.corpus,
    folder: 'CBLUE/KUAKE-QQR',
    format: 'cblue-labels',
    files: { train: 'KUAKE-QQR_train.json', dev: 'KUAKE-QQR_dev.json', test: 'KUAKE-QQR_test.json' },
    unit: 'linked-texts',
  },
  labels: [
    { id: '0', meaning: { en: 'the second is wider, or unrelated', zh: '后者更宽泛或无关' } },
    { id: '1', meaning: { en: 'the second is narrower', zh: '后者是前者的语义子集' } },
    { id: '2', meaning: { en: 'the same', zh: '完全一致' } },
  ],
  primary: 'inference/accuracy@1',
  published: published(84.7, 82.7, 83.5, 89.0),
};
