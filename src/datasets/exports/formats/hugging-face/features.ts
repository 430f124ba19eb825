import { type ParquetColumns, type ParquetType, typeOf } from '../../../../ground/parquet-writer.ts';

/** The classes that whole numbers in a column stand for, by column. */
export type Classes = Readonly<Record<string, readonly string[]>>;

/** Names of leaves as `datasets` writes them. */
const DTYPES = {
  string: 'string',
  boolean: 'bool',
  int32: 'int32',
  int64: 'int64',
  double: 'float64',
} as const;

/** How a Parquet file describes its columns to `datasets`, under the name `huggingface`. */
export const featureNote = (columns: ParquetColumns, classes: Classes): string =>
  JSON.stringify({ info: { features: mapColumns(columns, (type, name) => feature(type, classes[name])) } });

const mapColumns = <T>(columns: ParquetColumns, to: (type: ParquetType, name: string) => T) =>
  Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, to(typeOf(column), name)]));

function feature(type: ParquetType, names: readonly string[] | undefined): unknown {
  if (typeof type === 'object' && 'list' in type)
    return { feature: feature(type.list, names), _type: 'List' };
  if (typeof type === 'object') return mapColumns(type.fields, (inner) => feature(inner, undefined));
  return names ? { names, _type: 'ClassLabel' } : { dtype: DTYPES[type], _type: 'Value' };
}

/** The same in the YAML of a card: lines of a list, indented. */
export const featureLines = (columns: ParquetColumns, classes: Classes, indent: string): string[] =>
  Object.entries(columns).flatMap(([name, column]) => [
    `${indent}- name: ${name}`,
    ...typeLines(typeOf(column), classes[name], `${indent}  `),
  ]);

function typeLines(type: ParquetType, names: readonly string[] | undefined, indent: string): string[] {
  if (typeof type === 'object' && 'fields' in type)
    return [`${indent}struct:`, ...featureLines(type.fields, {}, indent)];
  if (typeof type === 'object') return listLines(type.list, names, indent);
  if (!names) return [`${indent}dtype: ${DTYPES[type]}`];
  return [`${indent}dtype:`, ...classLines(names, `${indent}  `)];
}

function listLines(item: ParquetType, names: readonly string[] | undefined, indent: string): string[] {
  if (typeof item === 'object' && 'fields' in item)
    return [`${indent}list:`, ...featureLines(item.fields, {}, indent)];
  if (typeof item === 'object') return [`${indent}list:`, ...listLines(item.list, names, `${indent}  `)];
  if (!names) return [`${indent}list: ${DTYPES[item]}`];
  return [`${indent}list:`, ...classLines(names, `${indent}  `)];
}

const classLines = (names: readonly string[], indent: string): string[] => [
  `${indent}class_label:`,
  `${indent}  names:`,
  ...names.map((name, i) => `${indent}    '${i}': ${JSON.stringify(name)}`),
];
