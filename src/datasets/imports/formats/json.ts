import { UserError } from '../../../ground/errors.ts';
import type { PlainRecord } from '../../../tasks/families/shared/record.ts';
import { isObject, type JsonRecord } from '../../formats/records.ts';
import type { ImportFormat } from '../import-format.ts';
import { findFields } from '../mapping.ts';
import { readPlain } from '../plain-records.ts';
import type { Fields } from '../raw.ts';
import { readObjectBatches } from './json-records.ts';

/** Records by which the fields are known. */
const HEAD_RECORDS = 50;

/**
 * Plain objects in a JSON list or one after another (JSON Lines, pretty-printed or not), or inside of a single object: in the
 * only list that it has, or by their ids. What is inside of a single object is held in memory.
 */
export const json: ImportFormat = {
  title: { en: 'JSON objects', zh: 'JSON 对象' },
  offsets: { unit: 'code-point', end: 'exclusive' },
  fits: ({ values }) => values !== undefined,
  async *read({ file, path, values = [] }, context) {
    const [only, ...others] = values;
    if (!only) return;
    const inside = others.length === 0 ? recordsInside(only, context.fields, file) : undefined;
    const first = inside?.slice(0, HEAD_RECORDS) ?? values;
    yield* readPlain(inside ? inBatch(inside) : readObjectBatches(path), first, context, file);
  },
};

async function* inBatch(records: readonly PlainRecord[]): AsyncGenerator<readonly JsonRecord[]> {
  yield records.map((value) => ({ value, line: 1 }));
}

/** The records inside an object that is not a record itself; undefined if there are none. */
function recordsInside(value: PlainRecord, fields: Fields, file: string): PlainRecord[] | undefined {
  if (isRecord(value, fields, file)) return undefined;
  const lists = Object.entries(value).filter(
    (entry): entry is [string, PlainRecord[]] =>
      Array.isArray(entry[1]) && entry[1].length > 0 && entry[1].every(isObject),
  );
  if (lists.length > 1)
    throw severalLists(
      lists.map(([name]) => name),
      file,
    );
  if (lists.length === 1) return lists[0][1];
  const entries = Object.entries(value).filter((entry): entry is [string, PlainRecord] => isObject(entry[1]));
  const isById = entries.length > 1 && entries.length === Object.keys(value).length;
  return isById ? entries.map(([id, one]) => ({ id, ...one })) : undefined;
}

/** Whether it has the fields of a record. */
function isRecord(value: PlainRecord, fields: Fields, file: string): boolean {
  try {
    findFields([value], fields, file);
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

const severalLists = (names: readonly string[], file: string): UserError =>
  new UserError(
    'several-lists',
    {
      en: `The file holds several lists of records: ${names.join(', ')}`,
      zh: `文件中有多个记录列表：${names.join('、')}`,
    },
    {
      file,
      hint: {
        en: 'Write each to a separate file, named after its split: train.json, dev.json, test.json.',
        zh: '请将各列表分别存为文件，并以划分命名：train.json、dev.json、test.json。',
      },
    },
  );
