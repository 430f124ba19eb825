import type { Family } from '../family.ts';
import { singleLabelConventions } from '../shared/label-rules.ts';
import { pairSharing } from '../shared/pair-sharing.ts';
import { singleLabel, singleLabelView } from '../shared/single-label.ts';
import { inferenceAsking } from './asking.ts';
import { record } from './record.ts';
import type { InferenceTypes } from './types.ts';

/** Does the first text entail the second: pairs with one label. */
export const inference: Family<'inference', InferenceTypes> = {
  id: 'inference',
  title: { en: 'Natural language inference', zh: '自然语言推理' },
  record,
  inputShape: 'pair',
  ...singleLabel,
  texts: ({ textA, textB }) => [textA, textB],
  labelSharing: pairSharing,
  conventions: singleLabelConventions('inference', [
    'accuracy',
    'macro-f1/supported',
    'macro-f1/all-labels',
    'weighted-f1',
    'mcc',
  ]),
  asking: [inferenceAsking],
  view: { blocks: ({ textA, textB }) => [{ text: textA }, { text: textB }], ...singleLabelView },
};
