import type { Family } from '../family.ts';
import { positiveCurve, singleLabel, singleLabelConventions } from '../shared/single-label.ts';
import { record } from './record.ts';

/** Do two texts mean the same: pairs with one label. */
export const similarity: Family<'similarity'> = {
  id: 'similarity',
  title: { en: 'Sentence similarity', zh: '句对相似度' },
  record,
  ...singleLabel,
  texts: ({ textA, textB }) => [textA, textB],
  conventions: [
    ...singleLabelConventions('similarity', [
      'positive-f1',
      'accuracy',
      'macro-f1/supported',
      'macro-f1/all-labels',
      'weighted-f1',
      'mcc',
    ]),
    positiveCurve('roc-auc'),
    positiveCurve('average-precision'),
  ],
};
