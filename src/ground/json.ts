/** A replacer for `JSON.stringify`: non-finite numbers, which JSON lacks, become strings ("NaN", "Infinity"). */
export const finite = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;

const NON_FINITE: ReadonlyMap<unknown, number> = new Map(
  [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((value) => [String(value), value]),
);

/** A reviver for `JSON.parse` that restores the numbers that `finite` wrote as strings. */
export const restoreFinite = (_key: string, value: unknown): unknown => NON_FINITE.get(value) ?? value;

/** Values nested deeper than this are written as one string; only those above may exceed the longest string. */
const LEVELS = 3;
/** Size of a part, in characters, approximately. */
const PART = 1 << 16;

/**
 * The text that `JSON.stringify(value, finite, 2)` gives, in parts: V8 has no string of more than 512 MB. What is not
 * within three lists or objects must fit in one.
 */
export function* jsonParts(value: unknown): Generator<string> {
  let gathered = '';
  for (const part of partsOf(value, '', LEVELS)) {
    gathered += part;
    if (gathered.length < PART) continue;
    yield gathered;
    gathered = '';
  }
  if (gathered !== '') yield gathered;
}

function* partsOf(value: unknown, indent: string, levels: number): Generator<string> {
  if (levels === 0 || !isPlain(value)) {
    yield (JSON.stringify(value, finite, 2) ?? 'null').replaceAll('\n', `\n${indent}`);
    return;
  }
  const isList = Array.isArray(value);
  const inner = `${indent}  `;
  let separator = isList ? '[' : '{';
  for (const [key, item] of Object.entries(value)) {
    if (!isList && !isWritten(item)) continue;
    yield `${separator}\n${inner}${isList ? '' : `${JSON.stringify(key)}: `}`;
    yield* partsOf(item, inner, levels - 1);
    separator = ',';
  }
  const isEmpty = separator !== ',';
  yield isEmpty ? (isList ? '[]' : '{}') : `\n${indent}${isList ? ']' : '}'}`;
}

/** A list or object without a `toJSON` of its own. */
const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !('toJSON' in value);

/** Whether JSON has a field for it. */
const isWritten = (value: unknown): boolean => !['undefined', 'function', 'symbol'].includes(typeof value);
