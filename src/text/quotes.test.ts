import { describe, expect, it } from 'vitest';
import { createQuoteFinder } from './quotes.ts';

const places = (text: string, quote: string): string[] =>
  createQuoteFinder(text)
    .occurrences(quote)
    .map(({ start, end, folded }) => `${start}-${end}${folded ? ' folded' : ''}`);

describe('createQuoteFinder', () => {
  it('finds every occurrence from left to right, not overlapping', () => {
    expect(places('头痛三天，头痛加重', '头痛')).toEqual(['0-2', '5-7']);
    expect(places('咳咳咳咳', '咳咳')).toEqual(['0-2', '2-4']);
  });

  it('prefers the exact quote: folding is tried only where that is not in the text', () => {
    expect(places('CT、ＣＴ', 'ＣＴ')).toEqual(['3-5']);
    expect(places('CT、ＣＴ', 'Ct')).toEqual(['0-2 folded', '3-5 folded']);
  });

  it('folds width, case and white space, and returns offsets of the original', () => {
    expect(places('行 ＣＴ\n检查 后', 'ct检查')).toEqual(['2-7 folded']);
    expect(places('体温39℃', '39°C')).toEqual(['2-5 folded']);
    expect(places('血压120/80mmHg', '120/80 mmhg')).toEqual(['2-12 folded']);
  });

  it('counts UTF-16 code units beyond the basic plane', () => {
    expect(places('😀𠮷痛，𠮷痛', '𠮷痛')).toEqual(['2-5', '6-9']);
    expect(places('😀Ａ', 'a')).toEqual(['2-3 folded']);
  });

  it('never quotes a part of a character', () => {
    expect(places('每日5㎎', 'g')).toEqual([]);
    expect(places('每日5㎎', 'mg')).toEqual(['3-4 folded']);
    expect(places('㎎g', 'g')).toEqual(['1-2']);
    expect(places('㎎Ｇ', 'g')).toEqual(['1-2 folded']);
  });

  it('finds neither absent quotes nor white space', () => {
    expect(places('头痛三天', '头疼')).toEqual([]);
    expect(places('头 痛', ' ')).toEqual([]);
    expect(places('头痛', '')).toEqual([]);
  });
});
