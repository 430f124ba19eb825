import { integer, type Resolved } from '../../ground/parameters.ts';
import { minDf, ngram, sublinear } from '../shared/parameters.ts';

export const parameters = {
  k: integer({
    default: 1,
    min: 1,
    summary: {
      en: 'Number of neighbours, whose votes are weighted by cosine.',
      zh: '参与投票的近邻数，以余弦为权重。',
    },
  }),
  ngram: ngram(3),
  minDf: minDf(1),
  sublinear,
};

export type KnnParameters = Resolved<typeof parameters>;
