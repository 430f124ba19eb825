import { type NormalizerOptions, normalize, REPLACEMENT } from './normalize.ts';
import { decompose, isPunctuation, isWhitespace, survivingClass } from './unicode.ts';

/** The effect of a character on the words of a text: a kind in the upper 8 bits, its payload in the lower 24. */
export const KIND = {
  /** Not looked up yet, a surrogate, or the beginning of a special token: look closer. */
  look: 0,
  removed: 1,
  /** Ends a word. */
  space: 2,
  /** A separate word; payload: its token's id. */
  alone: 3,
  /** Part of a word; payload: the normalized code point. */
  word: 4,
  /** Several of the above; payload: index into `several`. */
  several: 5,
  /** Canonical ordering may move it: the text must be normalized as a whole. */
  reordered: 6,
} as const;

export const PAYLOAD = 0xffffff;

export interface CharacterTable {
  /** By UTF-16 code unit; filled in as characters are met. */
  readonly units: Int32Array;
  readonly several: readonly (readonly number[])[];
  /** The action of a code point of an original text; never `look`. */
  actionOf(code: number): number;
  /** The action of a character that went through the normalizer. */
  actionOfNormalized(code: number): number;
}

/**
 * Tables of what each character does, made by running the normalizer on it alone.
 * `single` gives the token id of a one-character word; `literals` are the special tokens to watch for.
 */
export function createCharacterTable(
  options: NormalizerOptions,
  single: (code: number) => number,
  literals: readonly string[],
): CharacterTable {
  const units = new Int32Array(0x10000);
  const rare = new Map<number, number>();
  const several: number[][] = [];
  const firstUnits = new Set(literals.map((literal) => literal.charCodeAt(0)));

  const pack = (kind: number, payload = 0): number => (kind << 24) | payload;

  const actionOfNormalized = (code: number): number => {
    if (isWhitespace(code)) return pack(KIND.space);
    return isPunctuation(code) ? pack(KIND.alone, single(code)) : pack(KIND.word, code);
  };

  const compute = (code: number): number => {
    if (options.stripAccents && decompose(code).some((part) => survivingClass(part) > 0)) {
      return pack(KIND.reordered);
    }
    const actions = normalize(String.fromCodePoint(code), options).map((part) =>
      actionOfNormalized(part.code),
    );
    const kinds = actions.map((action) => action >>> 24);
    if (actions.length === 0) return pack(KIND.removed);
    if (actions.length === 1) return actions[0];
    if (
      actions.length === 3 &&
      kinds[0] === KIND.space &&
      kinds[1] === KIND.word &&
      kinds[2] === KIND.space
    ) {
      return pack(KIND.alone, single(actions[1] & PAYLOAD));
    }
    return pack(KIND.several, several.push(actions) - 1);
  };

  return {
    units,
    several,
    actionOf(code) {
      const known = rare.get(code);
      if (known !== undefined) return known;
      const surrogate = code >= 0xd800 && code <= 0xdfff;
      const action = compute(surrogate ? REPLACEMENT : code);
      rare.set(code, action);
      if (code <= 0xffff && !surrogate && !firstUnits.has(code)) units[code] = action;
      return action;
    },
    actionOfNormalized,
  };
}
