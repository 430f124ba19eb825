import { ByteWriter, ParquetWriter } from 'hyparquet-writer';

/** What the values of a column are; any of them may be absent. */
export type ParquetType =
  | 'string'
  | 'boolean'
  /** Whole numbers of 32 bits. */
  | 'int32'
  /** Whole numbers that a double holds, stored in 64 bits. */
  | 'int64'
  | 'double'
  | { readonly list: ParquetType }
  | { readonly fields: ParquetColumns };

/** Columns, or the fields of a record inside a column, by name; `always` where none is absent, which is read faster. */
export type ParquetColumns = Readonly<Record<string, ParquetType | { readonly always: ParquetType }>>;

type ParquetColumn = ParquetColumns[string];

const isAlways = (column: ParquetColumn): column is { readonly always: ParquetType } =>
  typeof column === 'object' && 'always' in column;

/** What the values of a column are. */
export const typeOf = (column: ParquetColumn): ParquetType => (isAlways(column) ? column.always : column);

/** A row by column; what is absent, undefined or null is null in the file. */
type Row = Readonly<Record<string, unknown>>;

interface Table {
  readonly columns: ParquetColumns;
  readonly rows: AsyncIterable<readonly Row[]> | Iterable<readonly Row[]>;
  /** Added by name, as `huggingface` is. */
  readonly notes?: Readonly<Record<string, string>>;
}

/** Rows of a group, and characters of all its strings, that are held together. */
const GROUP_ROWS = 100_000;
const GROUP_CHARACTERS = 1 << 24;

/**
 * The bytes of a Parquet file (Snappy), row group by row group, so that memory does not grow with the number of rows. Lone surrogates
 * become U+FFFD: UTF-8 has none.
 */
export async function* parquetParts({ columns, rows, notes = {} }: Table): AsyncGenerator<Uint8Array> {
  const sink = new ByteWriter();
  const take = (): Uint8Array => {
    const bytes = sink.getBytes().slice();
    sink.index = 0;
    return bytes;
  };
  const writer = new ParquetWriter({
    writer: sink,
    schema: schemaOf(columns),
    kvMetadata: Object.entries(notes).map(([key, value]) => ({ key, value })),
    createdBy: 'chineseblue',
  });
  const readers = Object.entries(columns).map(([name, type]) => ({
    ...{ name, read: readerOf(typeOf(type)), holdsText: holdsText(typeOf(type)) },
  }));
  let group = readers.map((): unknown[] => []);
  let [count, characters] = [0, 0];
  const flush = (): Uint8Array => {
    const columnData = readers.map(({ name }, i) => ({ name, data: group[i] }));
    writer.write({ columnData, rowGroupSize: count });
    group = readers.map(() => []);
    [count, characters] = [0, 0];
    return take();
  };
  for await (const batch of rows) {
    for (const row of batch) {
      for (let i = 0; i < readers.length; i++) {
        const { name, read, holdsText: isText } = readers[i];
        const value = read(row[name]);
        if (isText) characters += charactersOf(value);
        group[i].push(value);
      }
      if (++count >= GROUP_ROWS || characters >= GROUP_CHARACTERS) yield flush();
    }
  }
  if (count > 0) yield flush();
  writer.finish();
  yield take();
}

type SchemaElement = ParquetWriter['schema'][number];

const LEAVES = {
  string: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  boolean: { type: 'BOOLEAN' },
  int32: { type: 'INT32' },
  int64: { type: 'INT64' },
  double: { type: 'DOUBLE' },
} as const;

const schemaOf = (columns: ParquetColumns): SchemaElement[] => [
  { name: 'root', num_children: Object.keys(columns).length },
  ...Object.entries(columns).flatMap(([name, type]) => elementsOf(name, type)),
];

/** A column and all that is inside it; lists have the three levels that the format prescribes. */
function elementsOf(name: string, column: ParquetColumn): SchemaElement[] {
  const type = typeOf(column);
  const own: SchemaElement = { name, repetition_type: isAlways(column) ? 'REQUIRED' : 'OPTIONAL' };
  if (typeof type === 'string') return [{ ...own, ...LEAVES[type] }];
  if ('list' in type)
    return [
      { ...own, converted_type: 'LIST', num_children: 1 },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      ...elementsOf('element', type.list),
    ];
  const fields = Object.entries(type.fields);
  return [{ ...own, num_children: fields.length }, ...fields.flatMap((field) => elementsOf(...field))];
}

/** Converts a value for the writer, which expects whole numbers of 64 bits as `bigint`. */
function readerOf(type: ParquetType): (value: unknown) => unknown {
  if (type === 'int64') return (value) => (typeof value === 'number' ? BigInt(value) : null);
  if (typeof type === 'string') return (value) => value ?? null;
  if ('list' in type) {
    const read = readerOf(type.list);
    return (value) => (Array.isArray(value) ? value.map(read) : null);
  }
  // the writer takes what it needs out of a record
  const isPlain = (inner: ParquetType): boolean => typeof inner === 'string' && inner !== 'int64';
  if (Object.values(type.fields).every((inner) => isPlain(typeOf(inner))))
    return (value) => (typeof value === 'object' ? value : null);
  const fields = Object.entries(type.fields).map(([name, inner]) => [name, readerOf(typeOf(inner))] as const);
  return (value) => {
    if (typeof value !== 'object' || value === null) return null;
    const given = new Map(Object.entries(value));
    return Object.fromEntries(fields.map(([name, read]) => [name, read(given.get(name))]));
  };
}

function holdsText(type: ParquetType): boolean {
  if (typeof type === 'string') return type === 'string';
  return 'list' in type
    ? holdsText(type.list)
    : Object.values(type.fields).some((inner) => holdsText(typeOf(inner)));
}

function charactersOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  let sum = 0;
  for (const inner of Object.values(value)) sum += charactersOf(inner);
  return sum;
}
