import {
  decompose,
  isHan,
  isNonspacing,
  isRemoved,
  isStarter,
  isWhitespace,
  lowercase,
  survivingClass,
} from './unicode.ts';

/** The four switches of BERT's normalizer. */
export interface NormalizerOptions {
  /** Drop control characters and make every white space a blank (default true). */
  readonly cleanText: boolean;
  /** Put blanks around Chinese characters, so that each is a word (default true). */
  readonly tokenizeChineseChars: boolean;
  /** Decompose (NFD) and drop nonspacing marks; by default whatever `lowercase` is. */
  readonly stripAccents: boolean;
  /** Default true: `do_lower_case`. */
  readonly lowercase: boolean;
}

/** A character of the normalized text and the UTF-16 code units of the original that it stands for. */
export interface Normalized {
  readonly code: number;
  /** First code unit in the original. */
  readonly start: number;
  /** One past the last. */
  readonly end: number;
}

const BLANK = 0x20;
export const REPLACEMENT = 0xfffd;

/**
 * BERT's normalizer, step by step as the reference does it: clean, blanks around Chinese characters, NFD and
 * nonspacing marks dropped, lower case. This is the definition; `tokenizer.ts` runs it once a character and
 * keeps the answers in tables. A lone surrogate counts as U+FFFD, which cleaning drops.
 */
export function normalize(
  text: string,
  options: NormalizerOptions,
  from = 0,
  to = text.length,
): Normalized[] {
  let characters: Normalized[] = [];
  for (let i = from; i < to; ) {
    let code = text.codePointAt(i)!;
    const end = i + (code > 0xffff ? 2 : 1);
    if (code >= 0xd800 && code <= 0xdfff) code = REPLACEMENT;
    if (!options.cleanText) characters.push({ code, start: i, end });
    else if (isWhitespace(code) && !isRemoved(code)) characters.push({ code: BLANK, start: i, end });
    else if (!isRemoved(code)) characters.push({ code, start: i, end });
    i = end;
  }
  if (options.tokenizeChineseChars) {
    characters = characters.flatMap((character) => {
      const blank = { ...character, code: BLANK };
      return isHan(character.code) ? [blank, character, blank] : [character];
    });
  }
  if (options.stripAccents) characters = stripAccents(characters);
  if (options.lowercase) characters = characters.flatMap((character) => expand(character, lowercase));
  return characters;
}

/**
 * Canonical decomposition and ordering, then nonspacing marks dropped. Of a run between starters only what
 * survives is sorted by its class: the sort is stable, so dropping first changes nothing.
 */
function stripAccents(characters: readonly Normalized[]): Normalized[] {
  const stripped: Normalized[] = [];
  let runStart = 0;
  const endRun = (): void => {
    const run = stripped.slice(runStart);
    const sorted = run.toSorted((a, b) => survivingClass(a.code) - survivingClass(b.code));
    if (sorted.every((character, i) => character === run[i])) return;
    // Reordered characters represent the whole range in which they were reordered.
    const start = run[0].start;
    const end = run.at(-1)!.end;
    for (const [i, { code }] of sorted.entries()) stripped[runStart + i] = { code, start, end };
  };
  for (const character of characters) {
    for (const part of expand(character, decompose)) {
      if (isStarter(part.code)) {
        if (stripped.length - runStart > 1) endRun();
        if (!isNonspacing(part.code)) stripped.push(part);
        runStart = stripped.length;
      } else if (!isNonspacing(part.code)) {
        stripped.push(part);
      }
    }
  }
  if (stripped.length - runStart > 1) endRun();
  return stripped;
}

const expand = (character: Normalized, into: (code: number) => readonly number[]): Normalized[] =>
  into(character.code).map((code) => ({ ...character, code }));
