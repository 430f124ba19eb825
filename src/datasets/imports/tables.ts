import type { PlainRecord } from '../../tasks/families/shared/record.ts';
import { withNames } from './class-names.ts';
import { createMapper, findFields } from './mapping.ts';
import type { Fields, RawPlace, RawRecord, ReadContext } from './raw.ts';

/** A row of a table by the names of its columns. */
export type TableRow = PlainRecord;

/** A row and where it stands. */
export interface PlacedRow {
  readonly row: TableRow;
  readonly place: RawPlace;
}

/** Rows by which the columns are known. */
const HEAD_ROWS = 50;
/** Between the labels of one cell in doccano's tables. */
const JOINED = '#';

/** Streams the records of a table with a header. `file` is what errors call it. Throws a UserError as `findFields` does. */
export async function* readTable(
  rows: AsyncIterable<PlacedRow>,
  context: ReadContext,
  file: string,
): AsyncGenerator<RawRecord> {
  const waiting: PlacedRow[] = [];
  let map: ReturnType<typeof createMapper> | undefined;
  for await (const given of rows) {
    const one = { ...given, row: withNames(given.row, context.classes) };
    if (map) {
      const record = map(one.row, one.place);
      if (record) yield record;
    } else if (waiting.push(one) === HEAD_ROWS) {
      map = createMapper(fieldsOf(waiting, context.fields, file), context);
      yield* mapped(waiting, map);
    }
  }
  if (!map && waiting.length > 0)
    yield* mapped(waiting, createMapper(fieldsOf(waiting, context.fields, file), context));
}

function* mapped(rows: readonly PlacedRow[], map: ReturnType<typeof createMapper>): Generator<RawRecord> {
  for (const { row, place } of rows) {
    const record = map(row, place);
    if (record) yield record;
  }
}

/** Which column is what. A column of labels holds several where some cells join with `#` what others hold alone. */
export function fieldsOf(rows: readonly Pick<PlacedRow, 'row'>[], given: Fields, file: string): Fields {
  const found = findFields(
    rows.map(({ row }) => row),
    given,
    file,
  );
  const { label } = found;
  if (label === undefined || given.label !== undefined) return found;
  const cells = rows.map(({ row }) => String(row[label] ?? '')).filter((cell) => cell !== '');
  const joined = cells.filter((cell) => cell.includes(JOINED)).flatMap((cell) => cell.split(JOINED));
  const alone = new Set(cells.filter((cell) => !cell.includes(JOINED)));
  const isJoined = joined.length > 0 && !joined.includes('') && joined.some((part) => alone.has(part));
  return isJoined ? { ...found, label: undefined, labels: label } : found;
}
