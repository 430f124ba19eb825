import type { ParquetColumns, ParquetType } from './parquet-writer.ts';

/** A type that is inferred value by value; the inside of `fields` and `list` is undefined until a value was seen. */
type Shape = string | { list: Shape | undefined } | Fields;

/** The fields of records, and how many records there were. */
interface Fields {
  readonly fields: Map<string, Field>;
  count: number;
}

interface Field {
  shape: Shape | undefined;
  /** Records that have it. */
  seen: number;
}

/**
 * The columns for rows, from all their values: a column of whole numbers and fractions is of doubles; a field that is absent
 * everywhere has no column, and one that is never absent is marked so; lists that are always empty are of strings.
 * Throws a TypeError where a column holds values of different kinds.
 */
export function columnsOf(rows: Iterable<object>): ParquetColumns {
  const columns: Fields = { fields: new Map(), count: 0 };
  for (const row of rows) widenFields(columns, row);
  return settled(columns);
}

function widenFields(records: Fields, row: object): void {
  records.count++;
  const { fields } = records;
  const values = row as Readonly<Record<string, unknown>>;
  // twice as fast as `for … in` where names are numbers, as labels are
  for (const name of Object.keys(values)) {
    const value = values[name];
    if (value === undefined || value === null) continue;
    const field = fields.get(name) ?? { shape: undefined, seen: 0 };
    if (field.seen === 0) fields.set(name, field);
    field.shape = widen(field.shape, value, name);
    field.seen++;
  }
}

function widen(known: Shape | undefined, value: unknown, name: string): Shape {
  if (typeof value === 'object' && value !== null) {
    if (Array.isArray(value)) {
      const own = known ?? { list: undefined };
      if (typeof own === 'string' || !('list' in own)) throw mixed(name);
      for (const item of value)
        if (item !== null && item !== undefined) own.list = widen(own.list, item, name);
      return own;
    }
    const own = known ?? { fields: new Map(), count: 0 };
    if (typeof own === 'string' || !('fields' in own)) throw mixed(name);
    widenFields(own, value);
    return own;
  }
  const found = leafOf(value, name);
  if (known === undefined || known === found) return found;
  const [a, b] = [NUMBERS.indexOf(String(known)), NUMBERS.indexOf(found)];
  if (typeof known !== 'string' || a < 0 || b < 0) throw mixed(name);
  return NUMBERS[Math.max(a, b)];
}

/** From the narrowest. */
const NUMBERS: readonly string[] = ['int32', 'int64', 'double'];

function leafOf(value: unknown, name: string): string {
  if (typeof value === 'string' || typeof value === 'boolean') return typeof value;
  if (typeof value !== 'number') throw mixed(name);
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) return 'double';
  return value === (value | 0) ? 'int32' : 'int64';
}

const mixed = (name: string): TypeError =>
  new TypeError(`The values of ${name} are of kinds that no column holds together`);

const settled = ({ fields, count }: Fields): ParquetColumns =>
  Object.fromEntries(
    [...fields].flatMap(([name, { shape, seen }]) => {
      const type = settle(shape);
      if (type === undefined) return [];
      return [[name, seen === count ? { always: type } : type]];
    }),
  );

/** Undefined for records without any field, which Parquet cannot represent. */
function settle(shape: Shape | undefined): ParquetType | undefined {
  if (shape === undefined) return 'string';
  if (typeof shape === 'string') return LEAVES.find((leaf) => leaf === shape);
  if ('list' in shape) return { list: settle(shape.list) ?? 'string' };
  const fields = settled(shape);
  return Object.keys(fields).length === 0 ? undefined : { fields };
}

const LEAVES = ['string', 'boolean', 'int32', 'int64', 'double'] as const;
