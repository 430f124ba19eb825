import { defineModel } from '../define.ts';
import { parameters } from './parameters.ts';

/** BM25 of the second text for the first; see docs/models/bm25.md. */
export const bm25 = defineModel({
  contract: 1,
  id: 'bm25',
  version: 1,
  summary: {
    en: 'BM25 over characters, bigrams or words',
    zh: '基于字、二元组或词的 BM25',
  },
  families: ['ranking', 'similarity'],
  parameters,
  seeded: false,
  capabilities: { save: true, load: true, explain: true, embed: false },
  baseline: true,
  quickLook: () => ({}),
  implementation: () => import('./implementation.ts'),
});
