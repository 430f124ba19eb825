const SURROGATE = /[\uD800-\uDFFF]/;

/** Whether a text has characters of two UTF-16 code units: emoji, rare ideographs. */
export const hasWideCharacters = (text: string): boolean => SURROGATE.test(text);

/** Converts offsets in characters (code points, as Python counts) to UTF-16 code units of one text. */
export interface CodePoints {
  /** The text's length in code points. */
  readonly length: number;
  /** Code point offset, 0 to `length` → code unit offset. */
  toUnits(offset: number): number;
}

/** The map of `text`; free for texts without surrogates, where both counts agree. */
export function codePoints(text: string): CodePoints {
  if (!hasWideCharacters(text)) return { length: text.length, toUnits: (offset) => offset };
  const starts: number[] = [];
  let unit = 0;
  for (const character of text) {
    starts.push(unit);
    unit += character.length;
  }
  starts.push(unit);
  return { length: starts.length - 1, toUnits: (offset) => starts[offset] };
}

/** The other way: code unit offsets of one text → code points; undefined inside a character. */
export function pointsOfUnits(text: string): (unit: number) => number | undefined {
  if (!hasWideCharacters(text)) return (unit) => unit;
  const points = new Map<number, number>();
  let unit = 0;
  for (const character of text) {
    points.set(unit, points.size);
    unit += character.length;
  }
  points.set(unit, points.size);
  return (offset) => points.get(offset);
}
