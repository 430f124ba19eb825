import type { Family } from '../family.ts';
import { goldLabelOf, oneVersusRestCurve } from '../shared/label-curves.ts';
import { singleLabelConventions } from '../shared/label-rules.ts';
import { singleLabel, singleLabelView } from '../shared/single-label.ts';
import { classificationAsking } from './asking.ts';
import { record } from './record.ts';
import type { ClassificationTypes } from './types.ts';

/** One text, one label. */
export const classification: Family<'classification', ClassificationTypes> = {
  id: 'classification',
  title: { en: 'Sentence classification', zh: '句子分类' },
  record,
  inputShape: 'text',
  ...singleLabel,
  texts: ({ text }) => [text],
  conventions: [
    ...singleLabelConventions('classification', [
      'micro-f1',
      'macro-f1/supported',
      'macro-f1/all-labels',
      'macro-f1/observed',
      'weighted-f1',
      'accuracy',
      'mcc',
    ]),
    oneVersusRestCurve('classification', 'roc-auc', goldLabelOf),
    oneVersusRestCurve('classification', 'average-precision', goldLabelOf),
  ],
  asking: [classificationAsking],
  view: { blocks: ({ text }) => [{ text }], ...singleLabelView },
};
