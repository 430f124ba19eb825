import { expect, it } from 'vitest';
import { didYouMean, nearest } from './nearest.ts';

it.each([
  ['lineal', 'linear'],
  ['ctf', 'crf'],
  ['fasttxt', 'fasttext'],
  ['foo', ''],
  ['transformer', ''],
  ['', ''],
])('the nearest name to %j is %j', (name, expected) => {
  expect(nearest(name, ['ltr', 'crf', 'linear', 'fasttext'])).toBe(expected);
});

it('suggests a name only where one is close', () => {
  expect(didYouMean('lineal', ['linear'])).toEqual({ en: 'Did you mean linear? ', zh: '是否指 linear？' });
  expect(didYouMean('foo', ['ltr']).en).toBe('');
  expect(didYouMean('foo', []).zh).toBe('');
});
