import { describe, expect, it } from 'vitest';
import { createTokenizer } from '../../encoders/tokenizers/tokenizer.ts';
import { createVocabulary, SPECIAL_TOKENS } from '../../encoders/tokenizers/vocabulary.ts';
import { alignTokens } from './align.ts';

const tokenizerOf = (...tokens: string[]) =>
  createTokenizer(createVocabulary([...Object.values(SPECIAL_TOKENS), ...tokens]));

describe('tokens of two encodings of a text', () => {
  const text = '查 CT 头痛';
  const fine = tokenizerOf('查', 'c', '##t', '头', '痛');
  const coarse = tokenizerOf('查', 'ct', '头', '痛');

  it('are aligned where they cover the same characters', () => {
    // [CLS] 查 c ##t 头 痛 [SEP] and [CLS] 查 ct 头 痛 [SEP]
    expect([...alignTokens(fine.encode(text), coarse.encode(text))]).toEqual([0, 1, -1, -1, 3, 4, -1]);
    expect([...alignTokens(coarse.encode(text), fine.encode(text))]).toEqual([0, 1, -1, 4, 5, -1]);
    expect([...alignTokens(fine.encode(text), fine.encode(text))]).toEqual([0, 1, 2, 3, 4, 5, -1]);
  });

  it('of truncated text are not aligned', () => {
    expect([...alignTokens(fine.encode(text), coarse.encode(text, 3))]).toEqual([0, 1, -1, -1, -1, -1, -1]);
  });
});
