import { type RecordReader, readSpan, readText, TEXT_SHAPE } from '../shared/record.ts';
import { FRAGMENTS, readFragments } from './fragments.ts';
import type { NerTypes } from './types.ts';

/** `{"text", "entities"?: [{"start", "end", "type", "fragments"?}]}`. */
export const record: RecordReader<NerTypes> = {
  shape: TEXT_SHAPE,
  goldField: 'entities',
  input: readText,
  gold: ({ entities }, check, { text }) => ({
    entities: check.array(entities, 'entities').map((item, i) => {
      const entity = check.object(item, `entities[${i}]`);
      const { start, end } = readSpan(entity, text, check, `entities[${i}]`);
      const type = check.label(entity.type, `entities[${i}].type`);
      if (entity.fragments === undefined) return { start, end, type };
      const fragments = readFragments(entity.fragments, { start, end });
      if (fragments) return { start, end, type, fragments };
      throw check.unexpected(entity.fragments, FRAGMENTS, `entities[${i}].fragments`);
    }),
  }),
};
