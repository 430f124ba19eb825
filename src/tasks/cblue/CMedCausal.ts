import type { Task } from '../task.ts';
import { CBLUE } from './cblue.ts';

export const CMedCausal: Task = {
  ...CBLUE,
  id: 'CMedCausal',
  aliases: [],
  family: 'causal',
  title: { en: 'Causal relations in medical texts', zh: '医疗因果关系抽取' },
  corpus: {
    ...CBLUE.corpus,
    folder: 'CBLUE/CMedCausal',
    format: 'cmedcausal',
    files: { train: 'CMedCausal_train.json', dev: 'CMedCausal_dev.json', test: 'CMedCausal_test.json' },
  },
  labels: [
    {
      id: '1',
      meaning: { en: 'causal: the head is the cause of the tail', zh: '因果关系：头为因，尾为果' },
    },
    {
      id: '2',
      meaning: {
        en: 'conditional: the head is a condition of the causal relation that is the tail',
        zh: '条件关系：头为条件，尾为其所修饰的因果关系',
      },
    },
    {
      id: '3',
      meaning: { en: 'hypernym: the head is above the tail', zh: '上下位关系：头为上位，尾为下位' },
    },
  ],
  primary: 'causal/macro-f1@1',
  published: [],
};
