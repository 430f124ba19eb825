import { choice, type Resolved, real } from '../../ground/parameters.ts';
import { TOKEN_KINDS } from '../shared/features/tokens.ts';

export const parameters = {
  tokens: choice(TOKEN_KINDS, {
    default: 'unigram',
    summary: {
      en: 'Tokens of Chinese text: characters, character bigrams, both, or words.',
      zh: '中文的切分单位：字、二元组、两者（mixed）或词。',
    },
  }),
  k1: real({
    default: 1.5,
    min: 0,
    summary: {
      en: 'Term frequency saturation: the lower, the sooner repeated tokens stop counting.',
      zh: '词频饱和参数。',
    },
  }),
  b: real({
    default: 0.75,
    min: 0,
    max: 1,
    summary: {
      en: 'Length normalisation: how much long documents are penalised.',
      zh: '文档长度归一化参数。',
    },
  }),
};

export type Bm25Parameters = Resolved<typeof parameters>;
