import { isStarter, isUnknownForm } from '../unicode.ts';
import { type Characters, codesOf, noCharacters, put, stringOf } from './characters.ts';

/** Unicode's normalization forms (UAX 15). */
export const FORMS = ['NFC', 'NFD', 'NFKC', 'NFKD'] as const;
export type Form = (typeof FORMS)[number];

/** Characters that may merge with the one before them: marks, and vowels and finals of Hangul. */
const SECOND = /[\p{M}\u1161-\u1175\u11a8-\u11c2]/u;

/**
 * A text in a normalization form, as of the Unicode version of the reference. What a character decomposes into stands for
 * that character; what is composed stands for the first of its parts.
 */
export function normalizerOf(form: Form): (text: Characters) => Characters {
  const composes = !form.endsWith('D');
  const decomposed = form.startsWith('NFK') ? 'NFKD' : 'NFD';
  const known = new Map<number, readonly number[]>();
  const decompose = (code: number): readonly number[] => {
    let parts = known.get(code);
    if (!parts) {
      const text = stringOf([code]);
      parts = isUnknownForm(code, decomposed) ? [code] : codesOf(text.normalize(decomposed));
      known.set(code, parts);
    }
    return parts;
  };
  return (text) => {
    const whole = stringOf(text.codes);
    if (whole.normalize(form) === whole) return text;
    const parts = noCharacters();
    for (const [i, code] of text.codes.entries())
      for (const one of decompose(code)) put(parts, one, text.starts[i], text.ends[i]);
    order(parts);
    return composes ? compose(parts) : parts;
  };
}

/** Whether canonical ordering puts `second` before `first`: both are marks, and of a higher and a lower class. */
function swaps(first: number, second: number): boolean {
  const text = stringOf([0x61, first, second]);
  return text.normalize('NFD') !== text;
}

/** Canonical ordering, in place: neighbouring marks change places until none is out of order. */
function order({ codes, starts, ends }: Characters): void {
  for (let i = 1; i < codes.length; i++) {
    if (codes[i] < 0x300 || isStarter(codes[i])) continue;
    for (let at = i; at > 0 && !isStarter(codes[at - 1]) && swaps(codes[at - 1], codes[at]); at--) {
      for (const list of [codes, starts, ends]) [list[at - 1], list[at]] = [list[at], list[at - 1]];
    }
  }
}

/** Canonical composition. */
function compose({ codes, starts, ends }: Characters): Characters {
  const made = noCharacters();
  let starter = -1;
  for (const [i, code] of codes.entries()) {
    const maySecond = code >= 0x300 && SECOND.test(stringOf([code]));
    if (starter >= 0 && maySecond && !isBlocked(made.codes, starter, code)) {
      const [composed, ...more] = codesOf(stringOf([made.codes[starter], code]).normalize('NFC'));
      if (more.length === 0 && !isUnknownForm(composed, 'NFD')) {
        made.codes[starter] = composed;
        continue;
      }
    }
    if (!maySecond || isStarter(code)) starter = made.codes.length;
    put(made, code, starts[i], ends[i]);
  }
  return made;
}

/** Whether something between a starter and a mark keeps them apart. */
function isBlocked(codes: readonly number[], starter: number, code: number): boolean {
  if (codes.length - 1 === starter) return false;
  // of ordered marks, the one before has a lower class if and only if they would be swapped the other way round
  return !swaps(code, codes[codes.length - 1]);
}
