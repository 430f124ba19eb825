import { openParquet, type ParquetTable } from '../../../ground/parquet-rows.ts';
import type { PlainRecord } from '../../../tasks/families/shared/record.ts';
import type { SplitName } from '../../../tasks/task.ts';
import { type JsonRecord, parseObject } from '../../formats/records.ts';
import { type ClassNames, classNames } from '../class-names.ts';
import { readPlain } from '../plain-records.ts';
import type { Source } from '../source.ts';

const HEAD_ROWS = 50;

/** The key under which `datasets` describes a Parquet file that it wrote. */
const NOTE = 'huggingface';

/**
 * A Parquet file, which counts code points where mentions do not say otherwise. The names of classes that it holds itself go
 * before those of its dataset's card.
 */
export const parquetSource = (path: string, split: SplitName | undefined): Source => ({
  ...{ path, name: path, split },
  async open(context, use) {
    const table = await openParquet(path);
    const classes = new Map([...(context.classes ?? []), ...namesOf(table, path)]);
    const first: PlainRecord[] = [];
    for await (const rows of table.rows()) {
      first.push(...rows.slice(0, HEAD_ROWS));
      break;
    }
    return use({
      ...{ format: 'parquet', encoding: () => 'utf-8', offsets: { unit: 'code-point', end: 'exclusive' } },
      read: () => readPlain(recordsOf(table), first, { ...context, classes }, path),
    });
  },
});

/** The class names in a file. */
function namesOf({ notes }: ParquetTable, file: string): ClassNames {
  const note = notes.get(NOTE);
  return note === undefined ? new Map() : classNames(parseObject(note, file).info);
}

/** Rows by their numbers, from 1. */
async function* recordsOf(table: ParquetTable): AsyncGenerator<readonly JsonRecord[]> {
  let line = 0;
  for await (const rows of table.rows()) yield rows.map((value) => ({ value, line: ++line }));
}
