import { integer, type Resolved, real, text } from '../../ground/parameters.ts';

export const parameters = {
  terminology: text({
    placeholder: 'file',
    summary: {
      en: 'List of standard terms, one per line, or the last of tab-separated columns; without it, the terms of the training data.',
      zh: '标准术语表：每行一个，或取制表符分隔的末列；省略时只用训练集中的术语。',
    },
  }),
  candidates: integer({
    default: 30,
    min: 1,
    max: 1000,
    summary: {
      en: 'Number of candidate terms retrieved and scored per text.',
      zh: '每条文本检索并打分的候选术语数。',
    },
  }),
  c: real({
    default: 1,
    min: 1e-6,
    summary: { en: 'Inverse strength of the L2 penalty.', zh: 'L2 正则强度的倒数。' },
  }),
};

export type TermsParameters = Resolved<typeof parameters>;
