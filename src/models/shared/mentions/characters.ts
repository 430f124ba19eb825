/** A text as the tagger reads it: one position per code point, folded for matching. */
export interface Characters {
  /** How many code points. */
  readonly length: number;
  /** UTF-16 offset of every position, and at `length` the end of the text. */
  readonly starts: Int32Array;
  /** Folded code: lower case, half width; beyond the BMP, the leading surrogate. Never 0 or 1. */
  readonly codes: Uint16Array;
  /** An index into `CHARACTER_CLASSES`. */
  readonly classes: Uint8Array;
}

export const CHARACTER_CLASSES = [
  'outside',
  'han',
  'digit',
  'latin',
  'space',
  'punctuation',
  'greek',
  'numeral',
  'full-width',
  'other',
] as const;

/** Stands for positions before and after the text. */
export const OUTSIDE = 1;

const CLASS = Object.fromEntries(CHARACTER_CLASSES.map((name, index) => [name, index])) as Record<
  (typeof CHARACTER_CLASSES)[number],
  number
>;
const NUMERALS = new Set(Array.from('〇零一二三四五六七八九十百千万亿两半几').map((c) => c.charCodeAt(0)));

const SPACE = /\s/u;
const PUNCTUATION = /[\p{P}\p{S}]/u;
const GREEK = /\p{Script=Greek}/u;
const LATIN = /\p{Script=Latin}/u;

function classify(code: number): number {
  if (NUMERALS.has(code)) return CLASS.numeral;
  if ((code >= 0x3400 && code <= 0x9fff) || (code >= 0xf900 && code <= 0xfaff)) return CLASS.han;
  if (code >= 0xd840 && code <= 0xd888) return CLASS.han;
  if (code >= 0x30 && code <= 0x39) return CLASS.digit;
  if (code >= 0xff10 && code <= 0xff5a) return CLASS['full-width'];
  const text = String.fromCharCode(code);
  if (SPACE.test(text)) return CLASS.space;
  if (PUNCTUATION.test(text)) return CLASS.punctuation;
  if (GREEK.test(text)) return CLASS.greek;
  if (LATIN.test(text)) return CLASS.latin;
  return CLASS.other;
}

function fold(code: number): number {
  if (code >= 0xff01 && code <= 0xff5e) return fold(code - 0xfee0);
  if (code === 0x3000) return 0x20;
  if (code < 2) return 2;
  const lower = String.fromCharCode(code).toLowerCase();
  return lower.length === 1 ? lower.charCodeAt(0) : code;
}

const FOLDED = new Uint16Array(0x10000);
const CLASSES = new Uint8Array(0x10000);
const KNOWN = new Uint8Array(0x10000);

const learn = (code: number): void => {
  FOLDED[code] = fold(code);
  CLASSES[code] = classify(code);
  KNOWN[code] = 1;
};

/** Splits a text into code points, folds and classifies each. Lone surrogates are kept. */
export function readCharacters(text: string): Characters {
  const starts = new Int32Array(text.length + 1);
  const codes = new Uint16Array(text.length);
  const classes = new Uint8Array(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (KNOWN[code] === 0) learn(code);
    starts[length] = at;
    codes[length] = FOLDED[code];
    classes[length] = CLASSES[code];
    length++;
    if (code >= 0xd800 && code < 0xdc00) {
      const next = text.charCodeAt(at + 1);
      if (next >= 0xdc00 && next < 0xe000) at++;
    }
  }
  starts[length] = text.length;
  return {
    length,
    starts: starts.subarray(0, length + 1),
    codes: codes.subarray(0, length),
    classes: classes.subarray(0, length),
  };
}

/** The position of every UTF-16 offset of the text; an offset inside a surrogate pair belongs to its pair. */
export function positionsOf(characters: Characters): Int32Array {
  const positions = new Int32Array(characters.starts[characters.length] + 1);
  for (let position = 0; position < characters.length; position++) {
    positions.fill(position, characters.starts[position], characters.starts[position + 1]);
  }
  positions[positions.length - 1] = characters.length;
  return positions;
}
