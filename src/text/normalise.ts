/**
 * Light normalisation for comparing texts, never for changing a corpus: what is found in the folded text is then cut out of the
 * original.
 */

import { safeHash } from './hashing.ts';

const DROPPED = /[\p{P}\p{Z}\p{C}]/u;

/** By code unit: its half-width, lower-case form where that is one code unit too, else itself. */
let folded: Uint16Array | undefined;

function buildFolded(): Uint16Array {
  const table = new Uint16Array(0x10000);
  for (let unit = 0; unit < 0x10000; unit++) {
    table[unit] = unit;
    if (unit >= 0xd800 && unit <= 0xdfff) continue;
    const half = unit >= 0xff01 && unit <= 0xff5e ? unit - 0xfee0 : unit === 0x3000 ? 0x20 : unit;
    const lower = String.fromCharCode(half).toLowerCase();
    table[unit] = lower.length === 1 ? lower.charCodeAt(0) : half;
  }
  return table;
}

/**
 * Folds width and letter case one code unit at a time, so that offsets into the result are offsets into `text`:
 * `ＣＴ检查` and `ct检查` become equal.
 */
export function foldUnits(text: string): string {
  folded ??= buildFolded();
  for (let i = 0; i < text.length; i++) {
    if (folded[text.charCodeAt(i)] !== text.charCodeAt(i)) return foldFrom(text, i, folded);
  }
  return text;
}

const BLOCK = 8192;

function foldFrom(text: string, first: number, table: Uint16Array): string {
  const parts = [text.slice(0, first)];
  for (let from = first; from < text.length; from += BLOCK) {
    const units = new Uint16Array(Math.min(BLOCK, text.length - from));
    for (let i = 0; i < units.length; i++) units[i] = table[text.charCodeAt(from + i)];
    parts.push(Reflect.apply(String.fromCharCode, undefined, units));
  }
  return parts.join('');
}

/** What happens to a code unit of a folded text: 0 not looked up yet, 1 kept, 2 dropped, 3 dropped but between digits. */
const fates = new Uint8Array(0x10000);
const isDigit = (unit: number): boolean => unit >= 0x30 && unit <= 0x39;

/** A single surrogate is not punctuation: letters and symbols beyond the basic plane are kept. */
function fateOf(unit: number): number {
  if (fates[unit] === 0) {
    const kept = (unit >= 0xd800 && unit <= 0xdfff) || !DROPPED.test(String.fromCharCode(unit));
    fates[unit] = kept ? 1 : /[.,:/-]/.test(String.fromCharCode(unit)) ? 3 : 2;
  }
  return fates[unit];
}

/**
 * What two texts share that differ in width, letter case, punctuation and white space only. Marks that make
 * numbers (`1.5`, `120/80`) stay. Offsets are lost.
 */
export function comparisonForm(text: string): string {
  const whole = foldUnits(text);
  let result = '';
  let from = 0;
  for (let i = 0; i < whole.length; i++) {
    const fate = fateOf(whole.charCodeAt(i));
    if (fate === 1) continue;
    if (fate === 3 && i > 0 && isDigit(whole.charCodeAt(i - 1)) && isDigit(whole.charCodeAt(i + 1))) continue;
    result += whole.slice(from, i);
    from = i + 1;
  }
  return from === 0 ? whole : result + whole.slice(from);
}

/** 53 bits of the comparison form of a text, computed without building it. */
export function hashForm(text: string): number {
  folded ??= buildFolded();
  let [first, second] = [1, 2];
  for (let i = 0; i < text.length; i++) {
    const unit = folded[text.charCodeAt(i)];
    const fate = fateOf(unit);
    if (fate === 2) continue;
    if (fate === 3) {
      const isBetween =
        i > 0 && isDigit(folded[text.charCodeAt(i - 1)]) && isDigit(folded[text.charCodeAt(i + 1)]);
      if (!isBetween) continue;
    }
    first = Math.imul(first ^ unit, 0x01000193) ^ (first >>> 15);
    second = Math.imul(second ^ unit, 0x01000193) ^ (second >>> 15);
  }
  return safeHash(first, second);
}
