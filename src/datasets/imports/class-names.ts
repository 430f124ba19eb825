import type { PlainRecord } from '../../tasks/families/shared/record.ts';
import { isObject } from '../formats/records.ts';

/** Names of the classes that whole numbers in a column stand for, by column. */
export type ClassNames = ReadonlyMap<string, readonly string[]>;

const NO_NAMES: ClassNames = new Map();

/**
 * Class names out of what Hugging Face `datasets` says of its columns: as Parquet files hold it (`{"info": {"features":
 * {NAME: {"_type": "ClassLabel", "names": […]}}}}`) or as the card of a dataset does (`features: [{name, dtype:
 * {class_label: {names: {'0': …}}}}]`), of the column itself or of the items of a list.
 */
export function classNames(info: unknown): ClassNames {
  if (!isObject(info)) return NO_NAMES;
  const { features } = info;
  const listed = Array.isArray(features)
    ? features.filter(isObject).map((feature) => [feature.name, feature] as const)
    : Object.entries(isObject(features) ? features : {});
  return new Map(
    listed.flatMap(([name, feature]) => {
      const names = namesIn(feature, 0);
      return typeof name === 'string' && names ? [[name, names]] : [];
    }),
  );
}

const MAX_DEPTH = 8;

function namesIn(feature: unknown, depth: number): readonly string[] | undefined {
  if (Array.isArray(feature)) return namesIn(feature[0], depth + 1);
  if (!isObject(feature) || depth > MAX_DEPTH) return undefined;
  const { names, _type, class_label: classes } = feature;
  if (_type === 'ClassLabel' && Array.isArray(names)) return names.map(String);
  if (isObject(classes)) return listNames(classes.names);
  for (const inner of [feature.feature, feature.list, feature.sequence, feature.dtype]) {
    const found = namesIn(inner, depth + 1);
    if (found) return found;
  }
  return undefined;
}

/** `{'0': 'O', '1': 'B-dis'}`, or a list. */
function listNames(names: unknown): readonly string[] | undefined {
  if (Array.isArray(names)) return names.map(String);
  if (!isObject(names)) return undefined;
  const list: string[] = [];
  for (const [number, name] of Object.entries(names)) list[Number(number)] = String(name);
  return list;
}

/**
 * A record with names where whole numbers, or their digits, stand for classes; what stands for no class (-1: no label) is absent.
 */
export function withNames(record: PlainRecord, names: ClassNames = NO_NAMES): PlainRecord {
  if (names.size === 0) return record;
  const changed: Record<string, unknown> = { ...record };
  for (const [column, list] of names) {
    const nameOf = (value: unknown): unknown => {
      const isNumber = typeof value === 'number' || (typeof value === 'string' && /^-?\d+$/.test(value));
      return isNumber ? (list[Number(value)] ?? null) : value;
    };
    const value = record[column];
    if (value !== undefined) changed[column] = Array.isArray(value) ? value.map(nameOf) : nameOf(value);
  }
  return changed;
}
