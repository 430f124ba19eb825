import type { Family } from '../family.ts';
import {
  briefScores,
  comparedDocuments,
  missingScores,
  parseScores,
  rankingReferences,
  tiedScores,
} from './answers.ts';
import { listwise, pairwise, pointwise } from './asking.ts';
import { rankingConventions } from './conventions.ts';
import { record } from './record.ts';
import { documentSharing } from './sharing.ts';
import type { RankingTypes } from './types.ts';
import { rankingView } from './view.ts';

/** Documents of a query in order of relevance. A unit is all records of one query. */
export const ranking: Family<'ranking', RankingTypes> = {
  id: 'ranking',
  title: { en: 'Information retrieval', zh: '信息检索' },
  record,
  inputShape: 'documents',
  hubTaskType: 'text-ranking',
  parse: parseScores,
  missing: missingScores,
  texts: ({ query, documents }) => [query, ...documents.map(({ title }) => title)],
  labels: ({ gold }) => gold.relevance.map(String),
  brief: briefScores,
  conventions: rankingConventions,
  guess: tiedScores,
  references: (_task, examples) => rankingReferences(examples),
  asking: [pointwise, pairwise, listwise],
  view: rankingView,
  comparedParts: comparedDocuments,
  labelSharing: documentSharing,
  judgedDocuments: ({ input, gold }) => ({
    query: input.query,
    documents: input.documents.map(({ title }, i) => ({ text: title, grade: gold.relevance[i] })),
  }),
  reranking: {
    inputs: (query, documents) => [{ query, documents: documents.map((title) => ({ title })) }],
    scores: ([answer], documents) => documents.map((_, i) => answer?.scores[i]),
  },
};
