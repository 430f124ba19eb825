import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTokenizer } from '../features/tokens.ts';
import { indexDocuments } from './bm25index.ts';
import { collectStatistics, createScorer } from './scorer.ts';

const constants = { k1: 1.5, b: 0.75 };
const yieldNow = (): undefined => undefined;

describe('indexDocuments', () => {
  it('scores as the formula says', async () => {
    const index = await indexDocuments([['a', 'b', 'a'], ['b'], ['c', 'c', 'c', 'c']], constants);
    // idf of a: ln(1 + 2.5 / 1.5); mean length 8/3; a twice in a document of 3.
    const idf = Math.log(1 + 2.5 / 1.5);
    const share = 2 / (1.5 * (0.25 + (0.75 * 3) / (8 / 3)) + 2);
    expect(index.search(['a'], 5)).toEqual([{ document: 0, score: expect.closeTo(idf * share, 6) }]);
    expect(index.search(['a', 'a'], 5)[0].score).toBeCloseTo(2 * idf * share, 6);
  });

  it('orders by score, then by position, and finds nothing for unknown tokens', async () => {
    const index = await indexDocuments([['x'], ['a', 'b'], ['a', 'c'], ['a', 'b', 'c']], constants);
    expect(index.search(['a'], 10).map(({ document }) => document)).toEqual([1, 2, 3]);
    expect(index.search(['a'], 2).map(({ document }) => document)).toEqual([1, 2]);
    expect(index.search(['q'], 2)).toEqual([]);
    expect(index.search([], 2)).toEqual([]);
    expect(index.search(['a'], 0)).toEqual([]);
  });

  it('finds what scoring every document and sorting finds', async () => {
    const token = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    const texts = fc.array(fc.array(token, { maxLength: 6 }), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(
        texts,
        fc.array(token, { maxLength: 5 }),
        fc.integer({ min: 1, max: 45 }),
        async (docs, query, most) => {
          const index = await indexDocuments(docs, constants);
          const all = index.search(query, docs.length);
          const naive = docs
            .map((doc, document) => ({ document, shares: query.some((one) => doc.includes(one)) }))
            .filter(({ shares }) => shares);
          expect(all.map(({ document }) => document).sort((a, b) => a - b)).toEqual(
            naive.map(({ document }) => document),
          );
          for (let i = 1; i < all.length; i++) {
            const [a, b] = [all[i - 1], all[i]];
            expect(a.score > b.score || (a.score === b.score && a.document < b.document)).toBe(true);
          }
          expect(index.search(query, most)).toEqual(all.slice(0, most));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('takes empty collections and empty documents', async () => {
    expect((await indexDocuments([], constants)).search(['a'], 3)).toEqual([]);
    expect((await indexDocuments([[], []], constants)).search(['a'], 3)).toEqual([]);
  });
});

it('scores a document alone as the index scores it among others', async () => {
  const texts = ['糖尿病能吃西瓜吗', '高血压吃什么药', '糖尿病的早期症状', '感冒发烧'];
  const statistics = await collectStatistics(texts, 'bigram', constants, yieldNow);
  const scorer = createScorer(statistics);
  const tokenize = createTokenizer('bigram');
  const index = await indexDocuments(texts.map(tokenize), constants);
  const query = '糖尿病吃什么';
  for (const { document, score } of index.search(tokenize(query), 9)) {
    expect(scorer.score(query, texts[document])).toBeCloseTo(score, 5);
  }
  expect(scorer.shares(query, texts[1]).map(({ token }) => token)).toEqual(['吃什', '什么']);
});

describe('createTokenizer', () => {
  const text = 'ＣＴ检查，10mg 𠮷！';
  it.each([
    ['unigram', ['ct', '检', '查', '10mg', '𠮷']],
    ['bigram', ['ct', '检查', '10mg', '𠮷']],
    ['mixed', ['ct', '检', '查', '检查', '10mg', '𠮷']],
  ] as const)('%s', (kind, tokens) => {
    expect(createTokenizer(kind)(text)).toEqual(tokens);
  });

  it('cuts words with jieba', () => {
    expect(createTokenizer('word')('糖尿病患者，')).toEqual(['糖尿病', '患者']);
  });
});
