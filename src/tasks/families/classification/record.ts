import { type RecordReader, readLabel, readText, TEXT_SHAPE } from '../shared/record.ts';

/** `{"text", "label"?}`. */
export const record: RecordReader<'classification'> = {
  shape: TEXT_SHAPE,
  goldField: 'label',
  input: readText,
  gold: readLabel,
};
