import { defineKind } from '../define.ts';

/** BM25 of the second text for the first; see docs/models/bm25.md. */
export const bm25 = defineKind({
  id: 'bm25',
  summary: { en: 'BM25 over characters, bigrams or words', zh: '基于字、二元组或词的 BM25' },
  families: ['ranking', 'similarity'],
  defaults: { tokens: 'unigram', k1: 1.5, b: 0.75 },
  seeded: false,
  implementation: () => import('../shared/retrieval/bm25.ts'),
});
