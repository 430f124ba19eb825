import type { SingleLabelTypes } from '../shared/single-label.ts';
import type { Text2 } from '../shared/types.ts';

export type InferenceTypes = SingleLabelTypes<Text2>;
