import type { Family } from '../family.ts';
import { singleLabel, singleLabelConventions } from '../shared/single-label.ts';
import { record } from './record.ts';

/** Does the first text entail the second: pairs with one label. */
export const inference: Family<'inference'> = {
  id: 'inference',
  title: { en: 'Natural language inference', zh: '自然语言推理' },
  record,
  ...singleLabel,
  texts: ({ textA, textB }) => [textA, textB],
  conventions: singleLabelConventions('inference', [
    'accuracy',
    'macro-f1/supported',
    'macro-f1/all-labels',
    'weighted-f1',
    'mcc',
  ]),
};
