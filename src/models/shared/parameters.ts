import type { Device } from '../../autograd/index.ts';
import { flag, integer, real } from '../../ground/parameters.ts';

/** What an encoder may run on; listed again here because descriptions of kinds are read at every start of the program. */
export const DEVICES = ['cpu', 'webgpu', 'cuda'] as const satisfies readonly Device[];

/** Parameters that several kinds have, each with its own default. */

export const ngram = (longest: number) =>
  integer({
    default: longest,
    min: 1,
    summary: { en: 'Longest n-gram, in characters.', zh: 'n-gram 的最大长度（字符数）。' },
  });

export const minDf = (texts: number) =>
  integer({
    default: texts,
    min: 1,
    summary: {
      en: 'N-grams that occur in fewer texts are left out.',
      zh: '出现文本数低于该值的 n-gram 不使用。',
    },
  });

export const sublinear = flag({
  default: true,
  summary: { en: 'Uses 1 + ln(count) instead of the count.', zh: '以 1 + ln(词频) 代替词频。' },
});

/** Inverse strength of an L2 penalty; must be above 0. */
export const inverseStrength = (value: number, en: string, zh: string) =>
  real({ default: value, min: 1e-9, summary: { en, zh } });

export const tolerance = (value: number) =>
  real({
    default: value,
    min: 0,
    summary: {
      en: 'Training stops when the largest component of the gradient is below this.',
      zh: '梯度的最大分量低于该值时停止训练。',
    },
  });

export const tuneThreshold = flag({
  default: true,
  summary: {
    en: 'Tunes the decision threshold on dev (positive-class F1, or micro F1 of sets).',
    zh: '在 dev 上调整判定阈值（正类 F1；多标签为 micro F1）。',
  },
});
