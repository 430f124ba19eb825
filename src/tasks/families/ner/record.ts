import { type RecordReader, readSpan, readText, TEXT_SHAPE } from '../shared/record.ts';
import type { NerTypes } from './types.ts';

/** `{"text", "entities"?: [{"start", "end", "type"}]}`. */
export const record: RecordReader<NerTypes> = {
  shape: TEXT_SHAPE,
  goldField: 'entities',
  input: readText,
  gold: ({ entities }, check, { text }) => ({
    entities: check.array(entities, 'entities').map((item, i) => {
      const entity = check.object(item, `entities[${i}]`);
      const { start, end } = readSpan(entity, text, check, `entities[${i}]`);
      return { start, end, type: check.label(entity.type, `entities[${i}].type`) };
    }),
  }),
};
