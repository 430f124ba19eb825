import { type FieldChecks, type RecordReader, readSpan, readText, TEXT_SHAPE } from '../shared/record.ts';
import type { CausalRelation, CausalTypes, Mention } from './types.ts';

/** `{"text", "relations"?: [{"head": {"start", "end"}, "relation", "tail": {"start", "end"} or a nested relation}]}`. */
export const record: RecordReader<CausalTypes> = {
  shape: TEXT_SHAPE,
  goldField: 'relations',
  input: readText,
  gold: ({ relations }, check, { text }) => ({
    relations: check.array(relations, 'relations').map((item, i) => {
      const reader = createReader(text, check);
      return reader.relation(item, `relations[${i}]`);
    }),
  }),
};

function createReader(text: string, check: FieldChecks) {
  const mention = (value: unknown, at: string): Mention => readSpan(check.object(value, at), text, check, at);
  const ends = (value: unknown, at: string) => {
    const { head, relation, tail } = check.object(value, at);
    return {
      head: mention(head, `${at}.head`),
      relation: check.label(relation, `${at}.relation`),
      tail: check.object(tail, `${at}.tail`),
    };
  };
  return {
    relation(value: unknown, at: string): CausalRelation {
      const outer = ends(value, at);
      if (!('relation' in outer.tail)) return { ...outer, tail: mention(outer.tail, `${at}.tail`) };
      const inner = ends(outer.tail, `${at}.tail`);
      return { ...outer, tail: { ...inner, tail: mention(inner.tail, `${at}.tail.tail`) } };
    },
  };
}
