import type { LabelSharing } from '../family.ts';
import type { SingleLabelTypes } from './single-label.ts';
import type { Text2 } from './types.ts';

/** Pairs that share one of their texts. */
export const pairSharing: LabelSharing<SingleLabelTypes<Text2>> = {
  items: ({ textA, textB }, gold) => [{ keys: [textA, textB], label: gold?.label }],
  prediction: ([{ label, shares }]) => ({ label, scores: shares }),
};
