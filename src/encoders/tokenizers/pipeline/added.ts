import * as z from 'zod';
import { isWhitespace } from '../unicode.ts';
import { type Characters, charactersOf, stringOf } from './characters.ts';
import type { Normalizer } from './normalizers.ts';

export const addedTokenJson = z.object({
  id: z
    .int()
    .min(0)
    .max(1 << 22),
  content: z.string().min(1),
  single_word: z.boolean().default(false),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  normalized: z.boolean().default(true),
  special: z.boolean().default(false),
});
/** A token that is looked for in the text itself, before the model cuts it. */
export type AddedToken = z.infer<typeof addedTokenJson>;

/** A stretch of a text, by characters: a token, or -1 for text between tokens. */
export interface Segment {
  readonly from: number;
  readonly to: number;
  readonly id: number;
}

interface Pattern {
  readonly token: AddedToken;
  readonly codes: readonly number[];
}

const isWord = (code: number | undefined): boolean =>
  code !== undefined && /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u.test(stringOf([code]));

/**
 * Finds tokens in characters: the leftmost, and of several there the longest. Those that are `normalized` are looked for
 * as the normalizer writes them.
 */
export function addedTokenFinder(
  tokens: readonly AddedToken[],
  normalizer: Normalizer = (text) => text,
): (text: Characters) => Segment[] {
  const byFirst = new Map<number, Pattern[]>();
  for (const token of tokens.toSorted((a, b) => Number(b.special) - Number(a.special))) {
    const { codes } = normalizer(charactersOf(token.content));
    if (codes.length === 0) continue;
    const others = byFirst.get(codes[0]) ?? [];
    // of equal patterns the first special one counts, else the first: sorting is stable
    byFirst.set(
      codes[0],
      [...others, { token, codes }].sort((a, b) => b.codes.length - a.codes.length),
    );
  }
  if (byFirst.size === 0) return ({ codes }) => [{ from: 0, to: codes.length, id: -1 }];
  return ({ codes }) => {
    const found: Segment[] = [];
    let done = 0;
    for (let at = 0; at < codes.length; ) {
      const match = byFirst
        .get(codes[at])
        ?.find((pattern) => pattern.codes.every((code, i) => codes[at + i] === code));
      if (!match) {
        at++;
        continue;
      }
      const { token } = match;
      let [from, to] = [at, at + match.codes.length];
      at = to;
      if (token.single_word && (isWord(codes[from - 1]) || isWord(codes[to]))) continue;
      while (token.lstrip && from > done && isWhitespace(codes[from - 1])) from--;
      while (token.rstrip && to < codes.length && isWhitespace(codes[to])) to++;
      if (done < from) found.push({ from: done, to: from, id: -1 });
      found.push({ from, to, id: token.id });
      done = to;
    }
    if (done < codes.length) found.push({ from: done, to: codes.length, id: -1 });
    return found;
  };
}
