import type { SingleLabelTypes } from '../shared/single-label.ts';
import type { Text1 } from '../shared/types.ts';

export type ClassificationTypes = SingleLabelTypes<Text1>;
