import * as z from 'zod';
import { UserError } from '../../../ground/errors.ts';
import { type Characters, indexByUnit, stringOf } from './characters.ts';
import type { Place } from './place.ts';

/** A pattern of `tokenizers`: a literal string, or an Oniguruma regular expression. */
export const patternJson = z.union([
  z.strictObject({ String: z.string().min(1) }),
  z.strictObject({ Regex: z.string().min(1) }),
]);

/** A part of a text, by characters: `to` exclusive. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** All places, left to right, that do not overlap. */
export type Finder = (text: Characters) => Range[];

/** Throws a UserError if the expression cannot be guaranteed to mean the same in JavaScript. */
export function finderOf(pattern: z.infer<typeof patternJson>, place: Place): Finder {
  if ('String' in pattern)
    return finder(new RegExp(pattern.String.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'gu'));
  const translated = translate(pattern.Regex);
  if (translated !== undefined) {
    try {
      return finder(new RegExp(translated, 'gu'));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  throw unsupportedPattern(pattern.Regex, place);
}

/** The places of an expression with the flags `gu`. */
export const finder =
  (expression: RegExp): Finder =>
  ({ codes }) => {
    const text = stringOf(codes);
    const indexOf = indexByUnit(codes, text.length);
    const found: Range[] = [];
    for (const match of text.matchAll(expression)) {
      const from = indexOf(match.index);
      const to = indexOf(match.index + match[0].length);
      if (to > from) found.push({ from, to });
    }
    return found;
  };

/** Escapes that mean the same in both, but for these classes, which cover all of Unicode in Oniguruma. */
const CLASSES: Readonly<Record<string, string>> = {
  s: '\\p{White_Space}',
  S: '\\P{White_Space}',
  d: '\\p{Nd}',
  D: '\\P{Nd}',
};
const SAME = /^(?:\\[rntfv^$\\.*+?()[\]{}|/-]|\\[pP]\{\^?[A-Z][a-z]?\})/;
/** Possessive quantifiers, atomic groups, options and class operations: JavaScript has none, or writes them otherwise. */
const FOREIGN = /[*+?}]\+|\(\?>|\(\?[a-z-]+[:)]|&&|\[\[:/;

/** An expression of Oniguruma in JavaScript's notation; undefined if they may differ. */
function translate(source: string): string | undefined {
  if (FOREIGN.test(source.replace(/\\./g, '__'))) return undefined;
  let result = '';
  for (let i = 0; i < source.length; i++) {
    if (source[i] !== '\\') {
      result += source[i];
      continue;
    }
    const named = CLASSES[source[i + 1]];
    const same = named ? undefined : SAME.exec(source.slice(i))?.[0];
    if (!named && !same) return undefined;
    result += named ?? same!.replace('\\p{^', '\\P{');
    i += named ? 1 : same!.length - 1;
  }
  return result;
}

const unsupportedPattern = (source: string, { file, field }: Place): UserError =>
  new UserError(
    'tokenizer-unsupported',
    {
      en: `The regular expression ${source} of the tokenizer is not supported`,
      zh: `不支持分词器的正则表达式 ${source}`,
    },
    { file, field, hint: { en: 'Use a model with another tokenizer.', zh: '请使用采用其他分词器的模型。' } },
  );
