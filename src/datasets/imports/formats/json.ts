import type { ImportFormat } from '../import-format.ts';
import { createMapper, findFields, isSpanList } from '../mapping.ts';
import { readObjects } from './json-records.ts';

/**
 * Plain objects in a JSON list or one after another (JSON Lines, pretty-printed or not). Entities are the field of that
 * role, else the first whose value is a list of spans.
 */
export const json: ImportFormat = {
  title: { en: 'JSON objects', zh: 'JSON 对象' },
  offsets: { unit: 'code-point', end: 'exclusive' },
  fits: ({ values }) => values !== undefined,
  async *read({ file, path, values = [] }, context) {
    const spans = values
      .flatMap((value) => Object.entries(value))
      .find(([, value]) => isSpanList(value))?.[0];
    const given = spans === undefined ? context.fields : { entities: spans, ...context.fields };
    const found = findFields(values, given, file);
    const map = createMapper(
      found.label === found.entities ? { ...found, label: undefined } : found,
      context,
    );
    for await (const { value, line } of readObjects(path)) {
      const record = map(value, { file, line });
      if (record) yield record;
    }
  },
};
