import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayWidth, pad, wrap, wrapIndented } from './width.ts';

describe('the width of text', () => {
  it.each([
    ['abc', 3],
    ['头痛', 4],
    ['，。（）', 8],
    ['ＡＢ', 4],
    ['한글かな', 8],
    ['𠮷', 2],
    ['e\u0301', 1],
    ['95 % – ± … “x” ─', 16],
    ['🙂', 2],
    ['', 0],
  ])('of %s is %i', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });

  it('is respected by padding', () => {
    expect(pad('头痛', 6)).toBe('头痛  ');
    expect(pad('7', 3, 'right')).toBe('  7');
    expect(pad('too long', 3)).toBe('too long');
  });
});

describe('wrapping', () => {
  it('breaks at blanks, after slashes and between Chinese characters, not before punctuation', () => {
    expect(wrap('score of the task', 9)).toEqual(['score of', 'the task']);
    expect(wrap('ner/strict/micro@1', 12)).toEqual(['ner/strict/', 'micro@1']);
    expect(wrap('患者头痛，发热三天。', 8)).toEqual(['患者头', '痛，发热', '三天。']);
  });

  it('keeps intervals and deviations whole', () => {
    expect(wrap('86.1 [84.0, 88.0] ± 0.4 (3)', 13)).toEqual(['86.1', '[84.0, 88.0]', '± 0.4 (3)']);
  });

  it('keeps line ends and the indentation', () => {
    expect(wrap('a\n\nb', 5)).toEqual(['a', '', 'b']);
    expect(wrapIndented('  one two three', 9)).toBe('  one two\n  three');
  });

  it('makes no line wider than asked and loses nothing but blanks, for any text', () => {
    const text = fc.array(fc.constantFrom('a', '痛', ' ', '/', '，', 'word', '12.5', '(', '[', ']', '𠮷'));
    fc.assert(
      fc.property(text, fc.integer({ min: 4, max: 30 }), (parts, width) => {
        const whole = parts.join('');
        const lines = wrap(whole, width);
        for (const line of lines) expect(displayWidth(line.trimEnd())).toBeLessThanOrEqual(width);
        expect(lines.join('').replaceAll(' ', '')).toBe(whole.replaceAll(' ', ''));
      }),
    );
  });
});
