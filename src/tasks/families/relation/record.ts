import { optionalStrings, type RecordReader, readText, TEXT_SHAPE } from '../shared/record.ts';
import type { RelationTypes } from './types.ts';

/** `{"text", "triples"?: [{"subject", "predicate", "object", "subjectType"?, "objectType"?}]}`. */
export const record: RecordReader<RelationTypes> = {
  shape: TEXT_SHAPE,
  goldField: 'triples',
  input: readText,
  gold: ({ triples }, check) => ({
    triples: check.array(triples, 'triples').map((item, i) => {
      const at = `triples[${i}]`;
      const triple = check.object(item, at);
      return {
        subject: check.string(triple.subject, `${at}.subject`),
        predicate: check.label(triple.predicate, `${at}.predicate`),
        object: check.string(triple.object, `${at}.object`),
        ...optionalStrings(triple, ['subjectType', 'objectType'], check, at),
      };
    }),
  }),
};
