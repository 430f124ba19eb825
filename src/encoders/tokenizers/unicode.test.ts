import { bertNormalizer, bertPreTokenizer } from '@anush008/tokenizers';
import { describe, expect, it } from 'vitest';
import { type NormalizerOptions, normalize } from './normalize.ts';
import {
  decompose,
  isHan,
  isNonspacing,
  isPunctuation,
  isRemoved,
  isStarter,
  isWhitespace,
} from './unicode.ts';

const CHUNK = 512;

/** Sampling step in planes 3 to 16, where only tags, variation selectors and private use are assigned. */
const STRIDE = 251;

/** Every code point of planes 0 to 2 but surrogates and, above, those that are no repetition; in chunks. */
const chunks = (): number[][] => {
  const all = Array.from({ length: 0x110000 }, (_, code) => code).filter((code) => {
    if (code < 0x30000) return code < 0xd800 || code > 0xdfff;
    return code % STRIDE === 0 || code >>> 9 === 0xe0000 >>> 9;
  });
  return Array.from({ length: Math.ceil(all.length / CHUNK) }, (_, i) =>
    all.slice(i * CHUNK, (i + 1) * CHUNK),
  );
};

const ours = (text: string, options: NormalizerOptions): string =>
  normalize(text, options)
    .map(({ code }) => String.fromCodePoint(code))
    .join('');

describe('the code points of Unicode', () => {
  const variants: NormalizerOptions[] = [
    { cleanText: true, tokenizeChineseChars: true, stripAccents: true, lowercase: true },
    { cleanText: false, tokenizeChineseChars: false, stripAccents: true, lowercase: false },
    { cleanText: true, tokenizeChineseChars: true, stripAccents: false, lowercase: true },
  ];
  it.each(variants)('are normalized as the reference does: %j', (options) => {
    const reference = bertNormalizer({
      cleanText: options.cleanText,
      handleChineseChars: options.tokenizeChineseChars,
      stripAccents: options.stripAccents,
      lowercase: options.lowercase,
    });
    for (const chunk of chunks()) {
      const text = chunk.map((code) => `|${String.fromCodePoint(code)}`).join('');
      expect(ours(text, options)).toBe(reference.normalizeString(text));
    }
  });

  it('split words as the reference does', () => {
    const reference = bertPreTokenizer();
    for (const chunk of chunks()) {
      const text = chunk.map((code) => `a${String.fromCodePoint(code)}b`).join(' ');
      const expected = chunk.flatMap((code) => {
        const character = String.fromCodePoint(code);
        if (isWhitespace(code)) return ['a', 'b'];
        return isPunctuation(code) ? ['a', character, 'b'] : [`a${character}b`];
      });
      expect(expected).toEqual(reference.preTokenizeString(text).map(([word]) => word));
    }
  });
});

describe('categories', () => {
  it('keeps line ends as white space and drops other controls', () => {
    expect([0x9, 0xa, 0xd].map(isRemoved)).toEqual([false, false, false]);
    expect([0x0, 0xb, 0x7f, 0x85, 0x200b, 0xfffd].map(isRemoved)).toEqual([
      true,
      true,
      true,
      true,
      true,
      true,
    ]);
  });

  it('recognises Chinese characters, with the same gap as the reference', () => {
    expect([0x4e00, 0x9fff, 0x20000, 0xf900].every(isHan)).toBe(true);
    expect([0x3002, 0x3042, 0xac00, 0x2b820, 0x2b91f].some(isHan)).toBe(false);
  });

  it('distinguishes marks that reorder from those that do not', () => {
    expect([0x301, 0x302e, 0x1d165].map(isStarter)).toEqual([false, false, false]);
    expect([0x41, 0x34f, 0x7a6].map(isStarter)).toEqual([true, true, true]);
    expect(isNonspacing(0x302e)).toBe(false);
  });

  it('decomposes fully', () => {
    expect(decompose(0x1e69)).toEqual([0x73, 0x323, 0x307]);
    expect(decompose(0xac01)).toEqual([0x1100, 0x1161, 0x11a8]);
  });
});
