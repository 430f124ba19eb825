import { EXIT, UserError } from '../../../ground/errors.ts';
import { flag, integer, type Resolved, real } from '../../../ground/parameters.ts';
import { TEMPLATE_GROUPS, type TemplateGroup } from './templates.ts';
import type { TrainOptions } from './train.ts';

const features = (on: boolean, en: string, zh: string) => flag({ default: on, summary: { en, zh } });

/** The parameters of training a CRF; defaults were chosen on dev of cEHRNER and cMedQANER. */
export const crfParameters = {
  charFeatures: features(true, 'Features of the surrounding characters.', '使用周围字符特征。'),
  ngramFeatures: features(
    true,
    'Features of pairs and triples of characters.',
    '使用字符二元组与三元组特征。',
  ),
  classFeatures: features(
    false,
    'Features of character classes (Han, digit, Latin…).',
    '使用字符类别特征（汉字、数字、拉丁字母等）。',
  ),
  wordFeatures: features(
    true,
    'Features of words, and of positions in words, from a segmenter.',
    '使用分词及词内位置特征。',
  ),
  lexiconFeatures: features(
    true,
    'Features of matches with the mentions of the training data.',
    '使用训练集实体词典匹配特征。',
  ),
  sideFeatures: features(
    true,
    'Features of metadata of the text, such as its speaker.',
    '使用整段文本的属性特征（如说话人）。',
  ),
  cutoff: integer({
    default: 2,
    min: 1,
    summary: {
      en: 'Attributes that occur less often are left out.',
      zh: '出现次数低于该值的特征属性不使用。',
    },
  }),
  c1: real({
    default: 0,
    min: 0,
    summary: { en: 'Weight of the L1 penalty, as in CRFsuite.', zh: 'L1 正则权重（同 CRFsuite）。' },
  }),
  c2: real({
    default: 0.3,
    min: 0,
    summary: { en: 'Weight of the L2 penalty, as in CRFsuite.', zh: 'L2 正则权重（同 CRFsuite）。' },
  }),
  iterations: integer({
    default: 100,
    min: 1,
    summary: { en: 'Maximum iterations of L-BFGS.', zh: 'L-BFGS 的最大迭代次数。' },
  }),
  threads: integer({
    default: 2,
    min: 1,
    speedOnly: true,
    summary: { en: 'Threads for training; at most 4 are used.', zh: '训练线程数（最多使用 4 个）。' },
  }),
};

/** Parameters → options of training. Throws a UserError if no features are left. */
export function crfOptions(
  parameters: Resolved<typeof crfParameters>,
): Omit<TrainOptions, 'onProgress' | 'signal'> {
  const { cutoff, c1, c2, iterations, threads } = parameters;
  const wanted: Readonly<Record<TemplateGroup, boolean>> = {
    char: parameters.charFeatures,
    ngram: parameters.ngramFeatures,
    class: parameters.classFeatures,
    word: parameters.wordFeatures,
    lexicon: parameters.lexiconFeatures,
    side: parameters.sideFeatures,
  };
  const groups = TEMPLATE_GROUPS.filter((group) => wanted[group]);
  if (groups.length > 0) return { groups, cutoff, c1, c2, iterations, threads };
  throw new UserError(
    'bad-parameter',
    { en: 'A CRF needs features: all of them are switched off', zh: 'CRF 至少需要一组特征，当前全部关闭' },
    {
      field: 'char-features',
      hint: { en: 'Leave at least one group on.', zh: '请至少启用一组特征。' },
      exitCode: EXIT.usage,
    },
  );
}
