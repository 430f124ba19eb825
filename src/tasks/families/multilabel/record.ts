import { type RecordReader, readText, TEXT_SHAPE } from '../shared/record.ts';
import type { MultilabelTypes } from './types.ts';

/** `{"text", "labels"?: […]}`; a label that is given twice counts once. */
export const record: RecordReader<MultilabelTypes> = {
  shape: TEXT_SHAPE,
  goldField: 'labels',
  input: readText,
  gold: ({ labels }, check) => ({
    labels: [...new Set(check.array(labels, 'labels').map((label, i) => check.label(label, `labels[${i}]`)))],
  }),
};
