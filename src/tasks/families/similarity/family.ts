import type { Family } from '../family.ts';
import { positiveCurve } from '../shared/label-curves.ts';
import { singleLabelConventions } from '../shared/label-rules.ts';
import { pairSharing } from '../shared/pair-sharing.ts';
import { singleLabel, singleLabelView } from '../shared/single-label.ts';
import { similarityAsking } from './asking.ts';
import { record } from './record.ts';
import type { SimilarityTypes } from './types.ts';

/** Do two texts mean the same: pairs with one label. */
export const similarity: Family<'similarity', SimilarityTypes> = {
  id: 'similarity',
  title: { en: 'Sentence similarity', zh: '句对相似度' },
  record,
  inputShape: 'pair',
  needsPositive: true,
  ...singleLabel,
  texts: ({ textA, textB }) => [textA, textB],
  labelSharing: pairSharing,
  conventions: [
    ...singleLabelConventions('similarity', [
      'positive-f1',
      'accuracy',
      'macro-f1/supported',
      'macro-f1/all-labels',
      'macro-f1/observed',
      'weighted-f1',
      'mcc',
    ]),
    positiveCurve('similarity', 'roc-auc'),
    positiveCurve('similarity', 'average-precision'),
  ],
  asking: [similarityAsking],
  view: { blocks: ({ textA, textB }) => [{ text: textA }, { text: textB }], ...singleLabelView },
  judgedDocuments: ({ input: { textA, textB }, gold }, { positive }) => ({
    query: textA,
    documents: [{ text: textB, grade: gold.label === positive ? 1 : 0 }],
  }),
  reranking: {
    inputs: (query, documents) => documents.map((text) => ({ textA: query, textB: text })),
    scores: (answers, _documents, { positive = '' }) =>
      answers.map((answer) => answer && (answer.scores?.[positive] ?? Number(answer.label === positive))),
  },
};
