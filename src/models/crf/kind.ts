import { defineModel } from '../define.ts';
import { parameters } from './parameters.ts';

/**
 * Linear-chain conditional random field (Lafferty, McCallum & Pereira 2001) over characters: the strongest
 * tagger that is not a neural network.
 */
export const crf = defineModel({
  contract: 1,
  id: 'crf',
  version: 1,
  summary: {
    en: 'Linear-chain CRF over characters, n-grams, words and a lexicon',
    zh: '基于字、n 元组、分词与词典特征的线性链条件随机场',
  },
  families: ['ner', 'dialogue'],
  parameters,
  seeded: false,
  capabilities: { save: true, load: true, explain: true, embed: false },
  baseline: true,
  implementation: () => import('./implementation.ts'),
});
