import { type RecordReader, readText, TEXT_SHAPE } from '../shared/record.ts';
import type { NormalisationTypes } from './types.ts';

/** `{"text", "terms"?: ["…"]}`. */
export const record: RecordReader<NormalisationTypes> = {
  shape: TEXT_SHAPE,
  goldField: 'terms',
  input: readText,
  gold: ({ terms }, check) => ({
    terms: check.array(terms, 'terms').map((term, i) => check.string(term, `terms[${i}]`)),
  }),
};
