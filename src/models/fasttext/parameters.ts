import { integer, type Resolved, real } from '../../ground/parameters.ts';
import { minDf, ngram, tuneThreshold } from '../shared/parameters.ts';

export const parameters = {
  dim: integer({
    default: 32,
    min: 1,
    summary: { en: 'Size of the embeddings.', zh: '向量维数。' },
  }),
  ngram: ngram(3),
  minDf: minDf(2),
  epochs: integer({
    default: 15,
    min: 1,
    summary: { en: 'Passes over the training data.', zh: '训练轮数。' },
  }),
  learningRate: real({
    default: 1,
    min: 0,
    summary: {
      en: 'Learning rate at the start; it falls linearly to 0.',
      zh: '初始学习率，线性降至 0。',
    },
  }),
  tuneThreshold,
};

export type FastTextParameters = Resolved<typeof parameters>;
