import { type RecordReader, readLabel, readText, TEXT_SHAPE } from '../shared/record.ts';
import type { ClassificationTypes } from './types.ts';

/** `{"text", "label"?}`. */
export const record: RecordReader<ClassificationTypes> = {
  shape: TEXT_SHAPE,
  goldField: 'label',
  input: readText,
  gold: readLabel,
};
