import { REPLACEMENT } from '../normalize.ts';

/**
 * A text, or a part of one, during normalization: its current code points, and for each the UTF-16
 * code units of the original that it stands for (`end` exclusive).
 */
export interface Characters {
  readonly codes: number[];
  readonly starts: number[];
  readonly ends: number[];
}

export const noCharacters = (): Characters => ({ codes: [], starts: [], ends: [] });

/** Appends a character. */
export function put({ codes, starts, ends }: Characters, code: number, start: number, end: number): void {
  codes.push(code);
  starts.push(start);
  ends.push(end);
}

/** The characters of an original text; a lone surrogate counts as U+FFFD, which it becomes in UTF-8. */
export function charactersOf(text: string): Characters {
  const found = noCharacters();
  for (let i = 0; i < text.length; ) {
    const code = text.codePointAt(i)!;
    const end = i + (code > 0xffff ? 2 : 1);
    put(found, code >= 0xd800 && code <= 0xdfff ? REPLACEMENT : code, i, end);
    i = end;
  }
  return found;
}

export const part = ({ codes, starts, ends }: Characters, from: number, to: number): Characters => ({
  codes: codes.slice(from, to),
  starts: starts.slice(from, to),
  ends: ends.slice(from, to),
});

/** Arguments of one call of `String.fromCodePoint`: engines limit them. */
const CHUNK = 4096;

export function stringOf(codes: readonly number[]): string {
  if (codes.length <= CHUNK) return String.fromCodePoint(...codes);
  let text = '';
  for (let i = 0; i < codes.length; i += CHUNK) text += String.fromCodePoint(...codes.slice(i, i + CHUNK));
  return text;
}

/** Code points of a string. */
export const codesOf = (text: string): number[] => Array.from(text, (one) => one.codePointAt(0)!);

/** Number of code units of a code point. */
export const unitsOf = (code: number): number => (code > 0xffff ? 2 : 1);

/** For each code unit of the string of `codes`, and for its end, the index of the character that it belongs to. */
export function indexByUnit(codes: readonly number[], units: number): (unit: number) => number {
  if (units === codes.length) return (unit) => unit;
  const index = new Int32Array(units + 1);
  let at = 0;
  for (const [i, code] of codes.entries()) {
    index.fill(i, at, at + unitsOf(code));
    at += unitsOf(code);
  }
  index[units] = codes.length;
  return (unit) => index[unit];
}
