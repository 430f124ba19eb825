import { UserError } from '../../ground/errors.ts';
import type { PlainRecord } from '../../tasks/families/shared/record.ts';
import { show } from '../formats/records.ts';
import { withNames } from './class-names.ts';
import { createMapper, findFields } from './mapping.ts';
import { createPlainMapper } from './plain-records.ts';
import type { Fields, RawPlace, RawRecord, ReadContext } from './raw.ts';

/** A row of a table by the names of its columns. */
export type TableRow = PlainRecord;

/** A row and its place. */
export interface PlacedRow {
  readonly row: TableRow;
  readonly place: RawPlace;
}

/**
 * The names of columns, each once: a further column of a name is `NAME (2)`, and a misfit, rather than replacing the values of
 * the first. Columns without a name are ignored.
 */
export function columnNames(
  header: readonly (string | undefined)[],
  onRepeated: (column: number, name: string) => void,
): readonly (string | undefined)[] {
  const times = new Map<string, number>();
  return header.map((name, column) => {
    if (!name) return name;
    const time = (times.get(name) ?? 0) + 1;
    times.set(name, time);
    if (time === 1) return name;
    onRepeated(column, name);
    return `${name} (${time})`;
  });
}

/** Rows by which the columns are known. */
const HEAD_ROWS = 50;
/** Between the labels of one cell in doccano's tables. */
const JOINED = '#';

/**
 * Streams the records of a table with a header. Cells may hold JSON: lists of spans, or classes, as Label Studio writes
 * them. `file` is what errors call the table. Throws a UserError: those of `findFields`, and `bad-json` for such a cell.
 */
export async function* readTable(
  rows: AsyncIterable<PlacedRow>,
  context: ReadContext,
  file: string,
): AsyncGenerator<RawRecord> {
  const waiting: PlacedRow[] = [];
  let read: ((row: PlacedRow) => RawRecord | undefined) | undefined;
  for await (const { row, place } of rows) {
    const one = { row: withNames(row, context.classes), place };
    if (!read) {
      if (waiting.push(one) < HEAD_ROWS) continue;
      read = createRowMapper(waiting, context, file);
      yield* mapped(waiting, read);
    } else {
      const record = read(one);
      if (record) yield record;
    }
  }
  if (!read && waiting.length > 0) yield* mapped(waiting, createRowMapper(waiting, context, file));
}

function* mapped(
  rows: readonly PlacedRow[],
  read: (row: PlacedRow) => RawRecord | undefined,
): Generator<RawRecord> {
  for (const row of rows) {
    const record = read(row);
    if (record) yield record;
  }
}

function createRowMapper(first: readonly PlacedRow[], context: ReadContext, file: string) {
  const columns = jsonColumns(first);
  if (columns.length === 0) {
    const map = createMapper(fieldsOf(first, context.fields, file), context);
    return ({ row, place }: PlacedRow) => map(row, place);
  }
  const parse = ({ row, place }: PlacedRow): TableRow => withJson(row, columns, place);
  const map = createPlainMapper(first.map(parse), context, file);
  return (one: PlacedRow) => map(parse(one), one.place);
}

const isFilled = (cell: unknown): cell is string => typeof cell === 'string' && cell !== '';

/** Columns whose filled cells are all JSON lists or objects. */
function jsonColumns(rows: readonly PlacedRow[]): string[] {
  const names = Object.keys(rows[0].row);
  return names.filter((name) => {
    const cells = rows.map(({ row }) => row[name]).filter(isFilled);
    return cells.length > 0 && cells.every((cell) => parsed(cell) !== undefined);
  });
}

/** A list or an object; undefined for anything else. */
function parsed(cell: string): object | undefined {
  if (!/^\s*[[{]/.test(cell)) return undefined;
  try {
    return JSON.parse(cell);
  } catch {
    return undefined;
  }
}

function withJson(row: TableRow, columns: readonly string[], place: RawPlace): TableRow {
  const values: Record<string, unknown> = { ...row };
  for (const name of columns) {
    const cell = row[name];
    values[name] = isFilled(cell) ? parsed(cell) : undefined;
    if (isFilled(cell) && values[name] === undefined) throw badCell(cell, { ...place, field: name });
  }
  return values;
}

const badCell = (cell: string, place: RawPlace & { readonly field: string }): UserError =>
  new UserError(
    'bad-json',
    {
      en: `Expected JSON as in the rows before, found ${show(cell)}`,
      zh: `应与前面各行同为 JSON，实际为 ${show(cell)}`,
    },
    { ...place, hint: { en: 'Export the table again.', zh: '请重新导出该表。' } },
  );

/** The role of each column. A column has several labels per cell if some cells join with `#` what others have alone. */
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
