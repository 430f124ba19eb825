import { describe, expect, it } from 'vitest';
import { cleanText, faultOf, sentencesOf } from './cleaning.ts';

describe('cleaning', () => {
  it('removes markup, references, addresses and control characters', () => {
    expect(cleanText('<p>患者&nbsp;&lt;60岁</p><script>x = "头"</script>')).toBe('\n患者 <60岁\n ');
    expect(cleanText('<user>: 头疼 <bot>: 休息').trim()).toBe('头疼 休息');
    expect(cleanText('见https://example.com/a?b=1，谢谢')).toBe('见 ，谢谢');
    expect(cleanText('头\u200b疼\u0007\t\t很\ud800')).toBe('头疼 很');
    expect(cleanText('&#x5934;&#30140;&bogus;&#xd800;')).toBe('头疼&bogus;&#xd800;');
    expect(cleanText('头&Constructor;疼')).toBe('头&Constructor;疼');
  });

  it('leaves comparisons and formulas', () => {
    expect(cleanText('血压<140且>90，p<0.05，AT&T')).toBe('血压<140且>90，p<0.05，AT&T');
  });

  it('cuts sentences that never end, at a comma where there is one, and loses nothing', () => {
    const pieces = sentencesOf(`${'头疼，'.repeat(700)}完`);
    expect(pieces.every((piece) => piece.length <= 1000)).toBe(true);
    expect(pieces.slice(0, -1).every((piece) => piece.endsWith('，'))).toBe(true);
    expect(pieces.join('')).toBe(`${'头疼，'.repeat(700)}完`);
    const hard = sentencesOf('𠀀'.repeat(1001));
    expect(hard.join('')).toBe('𠀀'.repeat(1001));
    expect(hard.every((piece) => piece.isWellFormed())).toBe(true);
  });

  it('rejects what is not a sentence', () => {
    expect(faultOf('hello world')).toBe('no-chinese');
    expect(faultOf('是。')).toBe('too-short');
    expect(faultOf('——————————表——————————一')).toBe('not-text');
    expect(faultOf('转载请注明出处')).toBe('page-furniture');
    expect(faultOf('上一篇：头疼')).toBe('page-furniture');
    expect(faultOf('患者头疼三天。')).toBeUndefined();
  });
});
