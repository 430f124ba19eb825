import { describe, expect, it } from 'vitest';
import { findModel } from '../models/registry.ts';
import { collectionOf } from '../models/shared/retrieval/collection.ts';
import { openBm25Retriever } from '../models/shared/retrieval/retriever.ts';
import type { Example, Input, Prediction } from '../tasks/examples.ts';
import { findTask } from '../tasks/registry.ts';
import { type Reranker, rerank } from './rerank.ts';
import { evaluateRetrieval, searchCollection } from './retrieval.ts';

const constants = { k1: 1.5, b: 0.75 };

const list = (
  query: string,
  documents: [title: string, grade: number][],
  id: string,
): Example<'ranking'> => ({
  id,
  input: { query, documents: documents.map(([title]) => ({ title })) },
  gold: { relevance: documents.map(([, grade]) => grade) },
});

it('pools titles and queries, with the highest grade of each', () => {
  const { documents, queries, relevantFrom } = collectionOf(findTask('cMedIR'), [
    list(
      '甲',
      [
        ['一', 0],
        ['二', 3],
      ],
      '0',
    ),
    list(
      '甲',
      [
        ['一', 2],
        ['三', 1],
      ],
      '1',
    ),
    list('乙', [['二', 1]], '2'),
  ]);
  expect(documents).toEqual(['一', '二', '三']);
  expect(queries.map(({ text, grades }) => [text, [...grades]])).toEqual([
    [
      '甲',
      [
        [0, 2],
        [1, 3],
        [2, 1],
      ],
    ],
    ['乙', [[1, 1]]],
  ]);
  expect(relevantFrom).toBe(2);
});

it('takes the answers that are marked as right', () => {
  const pair = (textA: string, textB: string, label: string): Example<'similarity'> => ({
    id: textB,
    input: { textA, textB },
    gold: { label },
  });
  const { documents, queries } = collectionOf(findTask('cMedQA'), [
    pair('问', '答', '1'),
    pair('问', '错', '0'),
  ]);
  expect(documents).toEqual(['答', '错']);
  expect([...queries[0].grades]).toEqual([
    [0, 1],
    [1, 0],
  ]);
});

it('scores results: recall over relevant documents, nDCG against the ideal of all judged ones', async () => {
  const collection = {
    documents: ['感冒发烧', '感冒', '糖尿病', '感冒发烧怎么办'],
    queries: [
      {
        text: '感冒发烧',
        grades: new Map([
          [0, 2],
          [2, 3],
        ]),
      },
      { text: '高血压', grades: new Map([[1, 2]]) },
      { text: '感冒', grades: new Map([[1, 1]]) },
    ],
    relevantFrom: 2,
  };
  const scores = await evaluateRetrieval(
    collection,
    { open: (documents) => openBm25Retriever(documents, { tokens: 'bigram', ...constants }) },
    [1, 3],
  );
  expect(scores).toMatchObject({ documents: 4, queries: 2, queriesWithoutRelevant: 1 });
  // First query: document 0 comes first, 2 is never found. Second: nothing is found.
  expect(scores.recall).toEqual({ 1: 0.25, 3: 0.25 });
  expect(scores.ndcg[1]).toBeCloseTo(2 / 3 / 2, 12);
  expect(scores.ndcg[3]).toBeCloseTo(2 / (3 + 2 / Math.log2(3)) / 2, 12);
});

describe('reranking', () => {
  const found = [[1, 0, 2].map((document) => ({ document, score: 9 - document }))];
  const documents = ['甲', '乙', '丙'];
  const keptBy = (answer: (input: Input) => Prediction | undefined): Reranker['kept'] => ({
    kind: findModel('majority'),
    fitted: {
      answer: async (inputs, { onAnswer }) =>
        inputs.forEach((input, index) => {
          const raw = answer(input);
          if (raw) onAnswer(index, { raw });
        }),
    },
  });
  const order = async (name: string, depth: number, answer: (input: Input) => Prediction | undefined) => {
    const reranker = { kept: keptBy(answer), task: findTask(name), depth };
    const [hits] = await rerank({ queries: ['问'], documents, found }, reranker);
    return hits.map(({ document }) => documents[document]);
  };

  it('reads all documents of a query together, and orders the first ones by their scores', async () => {
    const byTitle = (input: Input) =>
      'documents' in input
        ? { scores: input.documents.map(({ title }) => Number(title === '甲')) }
        : undefined;
    expect(await order('cMedIR', 2, byTitle)).toEqual(['甲', '乙', '丙']);
    expect(await order('cMedIR', 1, byTitle)).toEqual(['乙', '甲', '丙']);
    expect(await order('cMedIR', 2, () => undefined)).toEqual(['乙', '甲', '丙']);
  });

  it('reads pairs of a question and an answer, and takes the score of the positive label', async () => {
    const scores: Readonly<Record<string, number>> = { 乙: 0.1, 丙: 0.9 };
    const byPair = (input: Input) => {
      const share = 'textB' in input ? scores[input.textB] : undefined;
      return share === undefined ? undefined : { label: '0', scores: { '0': 1 - share, '1': share } };
    };
    expect(await order('cMedQA', 3, byPair)).toEqual(['丙', '乙', '甲']);
  });

  it('is scored next to the retrieved order', async () => {
    const collection = {
      documents: ['感冒发烧', '感冒发烧怎么办'],
      queries: [{ text: '感冒发烧', grades: new Map([[1, 3]]) }],
      relevantFrom: 2,
    };
    const last = (input: Input) =>
      'documents' in input ? { scores: input.documents.map(({ title }) => title.length) } : undefined;
    const search = {
      open: (texts: readonly string[]) => openBm25Retriever(texts, { tokens: 'bigram', ...constants }),
      reranker: { kept: keptBy(last), task: findTask('cMedIR'), depth: 5 },
    };
    const scored = await evaluateRetrieval(collection, search, [1]);
    expect([scored.recall[1], scored.reranked?.recall[1], scored.reranked?.depth]).toEqual([0, 1, 5]);
    const [hit] = await searchCollection(collection, { text: '感冒发烧', count: 1 }, search);
    expect(hit).toEqual({ document: '感冒发烧怎么办', score: 7 });
  });
});
