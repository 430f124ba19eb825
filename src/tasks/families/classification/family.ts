import type { Family } from '../family.ts';
import { oneVersusRestCurve, singleLabel, singleLabelConventions } from '../shared/single-label.ts';
import { record } from './record.ts';

/** One text, one label. */
export const classification: Family<'classification'> = {
  id: 'classification',
  title: { en: 'Sentence classification', zh: '句子分类' },
  record,
  ...singleLabel,
  texts: ({ text }) => [text],
  conventions: [
    ...singleLabelConventions('classification', [
      'micro-f1',
      'macro-f1/supported',
      'macro-f1/all-labels',
      'weighted-f1',
      'accuracy',
      'mcc',
    ]),
    oneVersusRestCurve('classification', 'roc-auc', ({ gold }, label) => gold.label === label),
    oneVersusRestCurve('classification', 'average-precision', ({ gold }, label) => gold.label === label),
  ],
};
