import { defineKind } from '../define.ts';
import { CRF_DEFAULTS } from './defaults.ts';

/**
 * Linear-chain conditional random field (Lafferty, McCallum & Pereira 2001) over characters: the strongest
 * tagger that is not a neural network.
 */
export const crf = defineKind({
  id: 'crf',
  summary: {
    en: 'Linear-chain CRF over characters, n-grams, words and a lexicon',
    zh: '基于字、n 元组、分词与词典特征的线性链条件随机场',
  },
  families: ['ner', 'dialogue'],
  defaults: CRF_DEFAULTS,
  seeded: false,
  implementation: () => import('./implementation.ts'),
});
