import { choice, integer, type Resolved } from '../../ground/parameters.ts';
import { inverseStrength, minDf, ngram, sublinear, tolerance, tuneThreshold } from '../shared/parameters.ts';

export const parameters = {
  ngram: ngram(2),
  minDf: minDf(2),
  sublinear,
  c: inverseStrength(
    4,
    'Inverse strength of the L2 penalty, as in scikit-learn.',
    'L2 正则强度的倒数（同 scikit-learn）。',
  ),
  classWeight: choice(['none', 'root', 'balanced'], {
    default: 'root',
    summary: {
      en: 'Weights of classes: balanced gives every class the same total weight, root goes halfway.',
      zh: '类别权重：balanced 使各类总权重相同，root 折中。',
    },
  }),
  select: choice(['all', 'cross-validated'], {
    default: 'all',
    summary: {
      en: 'Features kept, best by chi-squared first: all of them, or a share chosen by cross-validation (needs folds).',
      zh: '按卡方统计保留的特征：全部，或由交叉验证选定比例（需要 folds）。',
    },
  }),
  features: integer({
    min: 1,
    summary: {
      en: 'Keeps this number of features, the best by chi-squared.',
      zh: '按卡方统计保留的特征数。',
    },
  }),
  folds: integer({
    min: 2,
    summary: {
      en: 'Calibrates probabilities by cross-validation with this many folds; without dev, the threshold too.',
      zh: '以该折数交叉验证校准概率；没有 dev 时也用于调整阈值。',
    },
  }),
  tuneThreshold,
  tolerance: tolerance(1e-3),
  maxIterations: integer({
    default: 1000,
    min: 1,
    summary: { en: 'Maximum iterations of L-BFGS.', zh: 'L-BFGS 的最大迭代次数。' },
  }),
};

export type LinearParameters = Resolved<typeof parameters>;
