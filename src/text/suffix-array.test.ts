import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../ground/random.ts';
import { longestCommonPrefixes, suffixArray, unitsOf } from './suffix-array.ts';

const plainOrder = (text: string): number[] =>
  Array.from({ length: text.length }, (_, i) => i).sort((a, b) => (text.slice(a) < text.slice(b) ? -1 : 1));

const common = (a: string, b: string): number => {
  let i = 0;
  while (i < a.length && i < b.length && a[i] === b[i]) i++;
  return i;
};

const check = (text: string): void => {
  const units = unitsOf(text);
  const array = suffixArray(units);
  expect([...array]).toEqual(plainOrder(text));
  const expected = [...array].map((at, i) =>
    i === 0 ? 0 : common(text.slice(at), text.slice(array[i - 1])),
  );
  expect([...longestCommonPrefixes(units, array)]).toEqual(expected);
};

describe('suffix array', () => {
  it('sorts the suffixes of a word', () => {
    expect([...suffixArray(unitsOf('banana'))]).toEqual([5, 3, 1, 0, 4, 2]);
    expect([...longestCommonPrefixes(unitsOf('banana'), suffixArray(unitsOf('banana')))]).toEqual([
      0, 1, 3, 0, 0, 2,
    ]);
  });

  it('takes an empty text, one unit, equal units, the smallest and the largest unit', () => {
    for (const text of ['', '痛', 'aaaaaaa', '\uffff\u0000\uffff', '\u0000\u0000', 'abcdefg', 'gfedcba'])
      check(text);
  });

  it('agrees with plain sorting on any text', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('a', 'b', '痛'), maxLength: 60 }), check), {
      numRuns: 400,
    });
    fc.assert(fc.property(fc.string({ maxLength: 40 }), check), { numRuns: 200 });
  });

  it('is in order and complete on a long repetitive text', () => {
    const random = createRandom(3);
    const parts = ['腹痛', '一直拉稀', '怎么办', '，', '腹泻'];
    const text = Array.from({ length: 50_000 }, () => parts[random.below(parts.length)]).join('');
    const units = unitsOf(text);
    const array = suffixArray(units);
    const lcp = longestCommonPrefixes(units, array);
    expect(new Set(array).size).toBe(text.length);
    for (let i = 1; i < array.length; i++) {
      const [a, b] = [array[i - 1] + lcp[i], array[i] + lcp[i]];
      expect(b === text.length).toBe(false);
      if (a < text.length && !(units[a] < units[b]))
        expect.fail(`suffixes ${i - 1} and ${i} are out of order`);
    }
  });
});
