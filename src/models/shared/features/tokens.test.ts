import { expect, it } from 'vitest';
import { createTokenizer } from './tokens.ts';

it('cuts texts of any length', () => {
  expect(createTokenizer('unigram')('痛'.repeat(300_000))).toHaveLength(300_000);
  expect(createTokenizer('mixed')('头痛 CT')).toEqual(['头', '痛', '头痛', 'ct']);
});
