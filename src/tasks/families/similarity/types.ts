import type { SingleLabelTypes } from '../shared/single-label.ts';
import type { Text2 } from '../shared/types.ts';

export type SimilarityTypes = SingleLabelTypes<Text2>;
