import { flag, integer, type Resolved } from '../../ground/parameters.ts';
import { inverseStrength, minDf, ngram, tolerance } from '../shared/parameters.ts';

export const parameters = {
  c: inverseStrength(1, 'Inverse strength of the L2 penalty.', 'L2 正则强度的倒数。'),
  ngram: ngram(2),
  minDf: minDf(3),
  sites: flag({
    default: true,
    summary: { en: 'Uses the host names of the addresses.', zh: '使用网址的主机名。' },
  }),
  minSite: integer({
    default: 3,
    min: 1,
    summary: {
      en: 'Host names that occur in fewer lists are left out.',
      zh: '出现列表数低于该值的主机名不使用。',
    },
  }),
  tolerance: tolerance(1e-4),
};

export type LtrParameters = Resolved<typeof parameters>;
