import { integer, type Resolved, real } from '../../ground/parameters.ts';

export const parameters = {
  purity: real({
    default: 0.5,
    min: 0,
    max: 1,
    summary: {
      en: 'Minimum share of the training texts containing a word in which it is annotated as a finding, body part or description, for it to be used as one.',
      zh: '某词在训练文本中作为主体词、部位或描述词出现的比例不低于此值时，才视为该类词。',
    },
  }),
  cutoff: integer({
    default: 2,
    min: 1,
    summary: { en: 'Features that occur less often are left out.', zh: '出现次数低于此值的特征不使用。' },
  }),
  c: real({
    default: 1,
    min: 1e-6,
    summary: { en: 'Inverse strength of the L2 penalty.', zh: 'L2 正则强度的倒数。' },
  }),
};

export type EventsParameters = Resolved<typeof parameters>;
