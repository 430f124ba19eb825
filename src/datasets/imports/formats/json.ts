import type { ImportFormat } from '../import-format.ts';
import { readPlain } from '../plain-records.ts';
import { readObjectBatches } from './json-records.ts';

/** Plain objects in a JSON list or one after another (JSON Lines, pretty-printed or not). */
export const json: ImportFormat = {
  title: { en: 'JSON objects', zh: 'JSON 对象' },
  offsets: { unit: 'code-point', end: 'exclusive' },
  fits: ({ values }) => values !== undefined,
  read: ({ file, path, values = [] }, context) => readPlain(readObjectBatches(path), values, context, file),
};
