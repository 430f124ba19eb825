import { type Resolved, real } from '../../ground/parameters.ts';

export const parameters = {
  leastPrecision: real({
    default: 0.4,
    min: 0,
    max: 1,
    summary: {
      en: 'Minimum precision of a word in the training data; words below it are left out. 0 keeps every word.',
      zh: '在训练集中正确率低于该值的词不使用；0 表示全部保留。',
    },
  }),
};

export type LexiconParameters = Resolved<typeof parameters>;
