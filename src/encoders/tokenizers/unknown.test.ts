import { describe, expect, it } from 'vitest';
import { createTokenizer } from './tokenizer.ts';
import { createUnknownCounter } from './unknown.ts';
import { createVocabulary } from './vocabulary.ts';

const vocabulary = createVocabulary([...'[PAD] [UNK] [CLS] [SEP] [MASK] ct ##a 头 痛 咳 1 ,'.split(' ')]);
const noteOf = (texts: readonly string[], lowercase = true) => {
  const counter = createUnknownCounter(createTokenizer(vocabulary, { lowercase }));
  for (const text of texts) counter.add(text);
  return counter.note();
};

describe('a note on unknown tokens', () => {
  it('is absent up to 1 %', () => {
    expect(noteOf([`${'头'.repeat(99)}风`])).toBeUndefined();
    expect(noteOf([])).toBeUndefined();
    expect(noteOf([`${'头'.repeat(98)}风`])?.en).toMatch(
      /^1\.0 % of the tokens are \[UNK\]: the vocabulary lacks “风” \(1\)\./,
    );
  });

  it('has the most frequent first', () => {
    const { en, zh } = noteOf(['头风雨', '雨雪霜露雾', '雨'])!;
    expect(en).toContain('“雨” (3), “雪” (1), “雾” (1), “霜” (1), “露” (1) and others');
    expect(zh).toContain('88.9% 的词元为 [UNK]：词表缺少“雨”（3）、“雪”（1）');
    expect(zh).toContain('等。');
  });

  it.each([
    ['capital letters', '查CT', false, 'do_lower_case'],
    ['full width', '１', true, 'NFKC'],
    ['emoji', '头👍', true, 'emoji'],
    ['traditional characters', '頭痛', true, 'traditional'],
    ['another script', 'жж', true, 'other texts'],
  ])('names the likely cause: %s', (_what, text, lowercase, expected) => {
    expect(noteOf([text.replace('查', '')], lowercase)?.en).toContain(expected);
  });

  it('names the most common cause', () => {
    expect(noteOf(['CT CT 頭'], false)?.en).toContain('capital');
    expect(noteOf(['CT 頭 頭'], false)?.en).toContain('traditional');
  });
});
