import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { charactersBefore, referenceOf, smallVocabulary } from './fixtures/reference.ts';
import { createTokenizer, type Encoding, type TokenizerOptions } from './tokenizer.ts';
import { decompose, survivingClass } from './unicode.ts';

const vocabulary = smallVocabulary();
const tokenizer = createTokenizer(vocabulary);

/** Tokens with the stretch of the text that each stands for. */
const read = (text: string, options?: Partial<TokenizerOptions>): string[] => {
  const { ids, starts, ends } = createTokenizer(vocabulary, options).tokenize(text);
  return Array.from(ids, (id, i) => `${vocabulary.tokens[id]}=${text.slice(starts[i], ends[i])}`);
};

describe('tokenize', () => {
  it('makes every Chinese character and punctuation mark a token', () => {
    expect(read('患者头痛。')).toEqual(['患=患', '者=者', '头=头', '痛=痛', '。=。']);
  });

  it('lowercases, strips accents, and takes the longest pieces first', () => {
    expect(read('CTing ABC')).toEqual(['ct=CT', '##ing=ing', 'a=A', '##bc=BC']);
    expect(read('e\u0301É')).toEqual(['e=e', '##e=É']);
  });

  it('gives one unknown token for a word with any unknown part', () => {
    expect(read('a☃b c')).toEqual(['[UNK]=a☃b', 'c=c']);
    expect(read('a'.repeat(101))).toEqual([`[UNK]=${'a'.repeat(101)}`]);
    expect(read('a'.repeat(100))).toHaveLength(100);
  });

  it('counts offsets in UTF-16 code units across dropped and astral characters', () => {
    const { starts, ends } = tokenizer.tokenize('\u200b😀\u0000患');
    expect([...starts]).toEqual([1, 4]);
    expect([...ends]).toEqual([3, 5]);
  });

  it('drops lone surrogates like U+FFFD, which they become in UTF-8', () => {
    expect(read('a\ud800b\udfff')).toEqual(['a=a', '##bc=b'].slice(0, 1).concat('##b=b'));
  });

  it('reads literal special tokens as tokens by default', () => {
    expect(read('a[SEP]b')).toEqual(['a=a', '[SEP]=[SEP]', 'b=b']);
    expect(read('[sep]')[0]).toBe('[=[');
    expect(read('[UNK]', { specialTokensInText: 'as-text' })).toEqual([
      '[=[',
      'u=U',
      '##n=N',
      '##k=K',
      ']=]',
    ]);
  });

  it('keeps case, accents and runs of Chinese characters on request', () => {
    expect(read('É', { lowercase: false })).toEqual(['[UNK]=É']);
    expect(read('É', { lowercase: true, stripAccents: false })).toEqual(['é=É']);
    expect(read('头痛', { tokenizeChineseChars: false })).toEqual(['头=头', '##痛=痛']);
  });

  it('stops soon after the limit', () => {
    const text = '患'.repeat(5000);
    expect(tokenizer.tokenize(text, 10).ids).toHaveLength(10);
    expect(tokenizer.tokenize(text).ids).toHaveLength(5000);
  });
});

describe('encode', () => {
  const tokens = ({ ids, types }: Encoding): string =>
    Array.from(ids, (id, i) => `${vocabulary.tokens[id]}${types[i]}`).join(' ');

  it('frames one text and two', () => {
    expect(tokens(tokenizer.encode('头痛'))).toBe('[CLS]0 头0 痛0 [SEP]0');
    expect(tokens(tokenizer.encodePair('头', '痛'))).toBe('[CLS]0 头0 [SEP]0 痛1 [SEP]1');
  });

  it('cuts to the length', () => {
    expect(tokens(tokenizer.encode('患者头痛', 4))).toBe('[CLS]0 患0 者0 [SEP]0');
    expect(tokens(tokenizer.encodePair('患者头痛', '高', 6))).toBe('[CLS]0 患0 者0 [SEP]0 高1 [SEP]1');
    expect(() => tokenizer.encode('患', 1)).toThrow(/no room/);
  });

  it('truncates pairs as the reference does', async () => {
    const reference = referenceOf(tokenizer);
    for (let maxLength = 3; maxLength <= 14; maxLength++) {
      // The declared enum of strategies is not there at run time: 'LongestFirst' is its value and the default.
      reference.setTruncation(maxLength);
      for (let first = 0; first <= 10; first++) {
        for (let second = 0; second <= 10; second++) {
          const texts = ['患'.repeat(first), '痛'.repeat(second)] as const;
          const expected = await reference.encode(...texts);
          const actual = tokenizer.encodePair(...texts, maxLength);
          expect([...actual.ids], `${first} + ${second} in ${maxLength}`).toEqual(expected.getIds());
          expect([...actual.types]).toEqual(expected.getTypeIds());
        }
      }
    }
  });
});

describe('against the reference', () => {
  const code = (min: number, max: number) =>
    fc.integer({ min, max }).map((point) => String.fromCodePoint(point));
  const character = fc.oneof(
    code(0x20, 0x7e),
    code(0, 0x20ff),
    code(0x300, 0x36f),
    code(0x4e00, 0x4f00),
    code(0x5d0, 0x670),
    code(0xac00, 0xd7a3),
    code(0xd800, 0xdfff),
    code(0xf900, 0xfaff),
    code(0x302a, 0x302f),
    code(0x1d150, 0x1d1ad),
    code(0x1e000, 0x1e02a),
    code(0x1f300, 0x1f6ff),
    code(0, 0xffff),
    code(0x10000, 0x10ffff),
    fc.constantFrom(...'≠\u037e\u1fefKİßẞΣ ab1'),
    fc.constantFrom('[UNK]', '[CLS]', '[[SEP]]', '[MASK]', '[unk]', '[SEP', '##a', 'CT', '头痛', 'ing'),
  );
  const text = fc.array(character, { maxLength: 24 }).map((parts) => parts.join(''));
  const reordered = (value: string): boolean =>
    [...value].some((one) => decompose(one.codePointAt(0)!).some((part) => survivingClass(part) > 0));

  const switches: Partial<TokenizerOptions>[] = [
    {},
    { lowercase: false },
    { stripAccents: false },
    { lowercase: false, stripAccents: true, specialTokensInText: 'as-text' },
    { tokenizeChineseChars: false },
    { cleanText: false },
  ];
  it.each(switches)('same ids and offsets on odd Unicode: %j', async (options) => {
    const ours = createTokenizer(vocabulary, options);
    const reference = referenceOf(ours);
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 20, maxLength: 40 }), async (texts) => {
        const expected = await reference.encodeBatch(texts);
        for (const [i, value] of texts.entries()) {
          const { ids, starts, ends } = ours.encode(value);
          expect([...ids]).toEqual(expected[i].getIds());
          // Where marks change places, the reference lets offsets fall where they may.
          if (options.stripAccents !== false && reordered(value)) continue;
          const before = charactersBefore(value);
          const offsets = Array.from(ids, (_, k) => [before[starts[k]], before[ends[k]]]);
          expect(offsets).toEqual(expected[i].getOffsets());
        }
      }),
      { numRuns: 40, seed: 20_191_231 },
    );
  });

  it('keeps offsets inside the text and in order, for any text', () => {
    fc.assert(
      fc.property(text, (value) => {
        const { ids, starts, ends } = tokenizer.tokenize(value);
        for (let i = 0; i < ids.length; i++) {
          expect(starts[i]).toBeLessThan(ends[i]);
          expect(ends[i]).toBeLessThanOrEqual(value.length);
          if (i > 0) expect(starts[i]).toBeGreaterThanOrEqual(starts[i - 1]);
        }
      }),
      { numRuns: 2000, seed: 7 },
    );
  });
});
