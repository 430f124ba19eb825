import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../ground/random.ts';
import { buildAutomaton, eachLongestMatch, eachMatch } from './aho-corasick.ts';

type Match = [start: number, end: number, entry: number];

const all = (entries: string[], text: string): Match[] => {
  const matches: Match[] = [];
  eachMatch(buildAutomaton(entries), text, (...match) => matches.push(match));
  return matches;
};
const longest = (entries: string[], text: string): Match[] => {
  const matches: Match[] = [];
  eachLongestMatch(buildAutomaton(entries), text, (...match) => matches.push(match));
  return matches;
};

/** Leftmost-longest matching, straight from its definition. */
const plainLongest = (entries: string[], text: string): Match[] => {
  const matches: Match[] = [];
  for (let i = 0; i < text.length; ) {
    const standing = entries.filter((entry) => entry !== '' && text.startsWith(entry, i));
    const best = standing.sort((a, b) => b.length - a.length)[0];
    if (best) matches.push([i, i + best.length, entries.indexOf(best)]);
    i += best ? best.length : 1;
  }
  return matches;
};

describe('Aho–Corasick', () => {
  it('finds the longest entry, leftmost first', () => {
    expect(longest(['糖尿病', '糖尿病肾病', '肾病', '尿'], '患糖尿病肾病和糖尿病')).toEqual([
      [1, 6, 1],
      [7, 10, 0],
    ]);
  });

  it('prefers the match that begins earlier to one that ends earlier', () => {
    expect(longest(['bc', 'abcd', 'ce'], 'abce abcd')).toEqual([
      [1, 3, 0],
      [5, 9, 1],
    ]);
  });

  it('finds every match', () => {
    expect(all(['腹痛', '痛', '上腹痛', '腹'], '上腹痛')).toEqual([
      [1, 2, 3],
      [0, 3, 2],
      [1, 3, 0],
      [2, 3, 1],
    ]);
  });

  it('takes entries of one character, and special characters of regular expressions literally', () => {
    expect(longest(['.*', '癌', '(?:a+)+$', '[', '\\d', ''], '癌(?:a+)+$\\d.*[]')).toEqual([
      [0, 1, 1],
      [1, 9, 2],
      [9, 11, 4],
      [11, 13, 0],
      [13, 14, 3],
    ]);
  });

  it('matches nothing without entries, and gives equal entries the first index', () => {
    expect(longest([], '腹痛')).toEqual([]);
    expect(longest([''], '腹痛')).toEqual([]);
    expect(longest(['x', '腹痛', '腹痛'], '腹痛')).toEqual([[0, 2, 1]]);
  });

  it('agrees with plain search on any entries and text', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', '痛'), maxLength: 5 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '痛'), maxLength: 40 });
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), text, (entries, where) => {
        expect(longest(entries, where)).toEqual(plainLongest(entries, where));
        const found = new Set(all(entries, where).map(([start, end]) => `${start} ${end}`));
        const expected = new Set<string>();
        for (const entry of entries) {
          if (entry === '') continue;
          for (let at = where.indexOf(entry); at >= 0; at = where.indexOf(entry, at + 1)) {
            expected.add(`${at} ${at + entry.length}`);
          }
        }
        expect(found).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('stays linear where suffixes nest', () => {
    const entries = Array.from({ length: 500 }, (_, i) => `${'a'.repeat(i + 1)}b`);
    expect(longest(entries, `${'a'.repeat(100_000)}b`)).toEqual([[99_500, 100_001, 499]]);
  });

  it('holds a hundred thousand random entries and finds each again', () => {
    const random = createRandom(7);
    const entries = Array.from({ length: 100_000 }, () =>
      Array.from({ length: 2 + random.below(6) }, () =>
        String.fromCharCode(0x4e00 + random.below(3000)),
      ).join(''),
    );
    const automaton = buildAutomaton(entries);
    for (let i = 0; i < entries.length; i += 97) {
      const matches: Match[] = [];
      eachMatch(automaton, entries[i], (...match) => matches.push(match));
      const whole = matches.find(([start, end]) => start === 0 && end === entries[i].length);
      expect(whole && entries[whole[2]]).toBe(entries[i]);
    }
  });
});
