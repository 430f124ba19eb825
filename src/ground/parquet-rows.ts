import {
  asyncBufferFromFile,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  type SchemaElement,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { UserError } from './errors.ts';
import { explainFileError, readStart } from './files.ts';

/** A row of a Parquet file by column; whole numbers beyond 2^53 are strings of digits, times are ISO 8601. */
export type ParquetRow = Readonly<Record<string, unknown>>;

/** A Parquet file: what it says about itself, and its rows. */
export interface ParquetTable {
  /** Names of its columns at the top level. */
  readonly columns: readonly string[];
  /** What writers add by a name, such as `huggingface`. */
  readonly notes: ReadonlyMap<string, string>;
  /** Streams the rows, some thousand at a time. Throws a UserError `bad-parquet`. */
  rows(): AsyncGenerator<ParquetRow[]>;
}

/** Bytes, decoded, of the rows that are held together. */
const SLICE_BYTES = 32 * 1024 * 1024;
const MAX_SLICE_ROWS = 1 << 18;
/** A group of rows that is larger is refused: it may have to be read once for every slice. */
const MAX_GROUP_BYTES = 4 * 1024 ** 3;

const MARK = 'PAR1';

/** Whether a file begins as Parquet files do. Throws a UserError where it cannot be read. */
export const isParquet = async (file: string): Promise<boolean> =>
  (await readStart(file, MARK.length)).toString('latin1') === MARK;

/** Opens a Parquet file. Throws a UserError: `bad-parquet`, `row-group-too-large`, and those of the file system. */
export async function openParquet(file: string): Promise<ParquetTable> {
  const buffer = await asyncBufferFromFile(file).catch((error) => {
    throw explainFileError(error, file);
  });
  const metadata = await parquetMetadataAsync(buffer).catch((error) => {
    throw badParquet(error, file);
  });
  const columns = columnsOf(metadata);
  const isPlain = columns.every((column) => isPlainColumn(column, metadata));
  return {
    columns: columns.map(({ name }) => name),
    notes: new Map((metadata.key_value_metadata ?? []).map(({ key, value = '' }) => [key, value])),
    async *rows() {
      let from = 0;
      for (const { num_rows, total_byte_size } of metadata.row_groups) {
        const [rows, bytes] = [Number(num_rows), Number(total_byte_size)];
        if (bytes > MAX_GROUP_BYTES) throw groupTooLarge(file);
        const step = Math.max(1, Math.min(MAX_SLICE_ROWS, Math.floor((rows * SLICE_BYTES) / (bytes + 1))));
        for (let rowStart = from; rowStart < from + rows; rowStart += step) {
          const rowEnd = Math.min(from + rows, rowStart + step);
          const read = {
            file: buffer,
            metadata,
            compressors,
            rowStart,
            rowEnd,
            parsers: { stringFromBytes },
          };
          const found = await parquetReadObjects(read).catch((error) => {
            throw badParquet(error, file);
          });
          if (found.length < rowEnd - rowStart) throw badParquet(new Error('rows are missing'), file);
          yield isPlain ? found : found.map(plainRow);
        }
        from += rows;
      }
    },
  };
}

/** The children of the root: how many come before each follows from their own numbers. */
function columnsOf({ schema }: FileMetaData): SchemaElement[] {
  const columns: SchemaElement[] = [];
  const skip = (at: number): number => {
    let next = at + 1;
    for (let child = 0; child < (schema[at]?.num_children ?? 0); child++) next = skip(next);
    return next;
  };
  for (let at = 1; at < schema.length; at = skip(at)) columns.push(schema[at]);
  return columns;
}

/** Whether the values of a column, or of all fields of its records, are strings, booleans and numbers as they are decoded. */
function isPlainColumn(column: SchemaElement, { schema }: FileMetaData): boolean {
  const { num_children: fields = 0, converted_type, logical_type } = column;
  if (fields === 0) return isPlainLeaf(column);
  const at = schema.indexOf(column) + 1;
  return (
    converted_type === undefined &&
    logical_type === undefined &&
    schema.slice(at, at + fields).every((field) => !field.num_children && isPlainLeaf(field))
  );
}

const isPlainLeaf = ({ type, repetition_type, converted_type, logical_type }: SchemaElement): boolean =>
  repetition_type !== 'REPEATED' &&
  (type === 'BYTE_ARRAY'
    ? converted_type === undefined || converted_type === 'UTF8'
    : converted_type === undefined &&
      logical_type === undefined &&
      (type === 'BOOLEAN' || type === 'DOUBLE' || type === 'FLOAT' || type === 'INT32'));

function plainRow(row: ParquetRow): ParquetRow {
  let copy: Record<string, unknown> | undefined;
  for (const [name, value] of Object.entries(row)) {
    const plain = plainValue(value);
    if (plain === value) continue;
    copy ??= { ...row };
    copy[name] = plain;
  }
  return copy ?? row;
}

function plainValue(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return stringFromBytes(value);
  if (Array.isArray(value) || ArrayBuffer.isView(value))
    return Array.from(value as ArrayLike<unknown>, plainValue);
  return plainRow(value as ParquetRow);
}

/** Keeps U+FEFF at the beginning of a value, which decoders take for a mark by default. */
const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });
const stringFromBytes = (bytes: Uint8Array | undefined): string | undefined => bytes && UTF8.decode(bytes);

function badParquet(error: unknown, file: string): unknown {
  const known = explainFileError(error, file);
  if (known instanceof UserError) return known;
  // The decoder's own message would not help the user.
  const isStumble = error instanceof TypeError || error instanceof RangeError || !(error instanceof Error);
  const cause = isStumble || error.message.includes('undefined') ? 'it is damaged' : error.message;
  return new UserError(
    'bad-parquet',
    { en: `The Parquet file cannot be read: ${cause}`, zh: `无法读取该 Parquet 文件：${cause}` },
    { file, hint: { en: 'Write or fetch it again.', zh: '请重新生成或下载。' } },
  );
}

const groupTooLarge = (file: string): UserError =>
  new UserError(
    'row-group-too-large',
    { en: 'A row group of the Parquet file is larger than 4 GiB', zh: 'Parquet 文件的行组超过 4 GiB' },
    {
      file,
      hint: {
        en: 'Write it again in smaller groups (pandas: `row_group_size=100000`).',
        zh: '请以较小的行组重新写出（pandas：`row_group_size=100000`）。',
      },
    },
  );
