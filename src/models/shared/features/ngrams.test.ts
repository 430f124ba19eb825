import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createNgramTrie } from './ngrams.ts';

const countAll = (text: string, least: number, most: number): Record<string, number> => {
  const trie = createNgramTrie(least, most);
  const counts: Record<string, number> = {};
  trie.count(
    text,
    (node, count) => {
      counts[trie.ngram(node)] = count;
    },
    true,
  );
  return counts;
};

describe('createNgramTrie', () => {
  it('counts n-grams of code points', () => {
    expect(countAll('咳咳𠮷', 1, 2)).toEqual({ 咳: 2, 𠮷: 1, 咳咳: 1, 咳𠮷: 1 });
    expect(countAll('abc', 2, 5)).toEqual({ ab: 1, abc: 1, bc: 1 });
    expect(countAll('', 1, 3)).toEqual({});
  });

  it('counts the same as enumerating every substring', () => {
    const text = fc.array(fc.constantFrom('a', 'b', '中', '𠮷'), { maxLength: 30 });
    fc.assert(
      fc.property(
        text,
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 0, max: 2 }),
        (points, least, more) => {
          const expected: Record<string, number> = {};
          for (let n = least; n <= least + more; n++) {
            for (let i = 0; i + n <= points.length; i++) {
              const ngram = points.slice(i, i + n).join('');
              expected[ngram] = (expected[ngram] ?? 0) + 1;
            }
          }
          expect(countAll(points.join(''), least, least + more)).toEqual(expected);
        },
      ),
    );
  });

  it('finds only n-grams that were added, even when read back', () => {
    const trie = createNgramTrie(1, 3);
    for (let i = 0; i < 5000; i++) trie.count(String(i * 7919), () => {}, true);
    const again = createNgramTrie(1, 3, { parents: trie.parents, points: trie.points });
    expect(again.size).toBe(trie.size);
    const seen = (one: typeof trie): [string, number][] => {
      const found: [string, number][] = [];
      one.count('1234567890 甲', (node, count) => found.push([one.ngram(node), count]));
      return found;
    };
    expect(seen(again)).toEqual(seen(trie));
    expect(seen(trie).some(([ngram]) => ngram.includes('甲'))).toBe(false);
  });
});
