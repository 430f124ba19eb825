import { UserError } from '../../ground/errors.ts';
import { type NormalizerOptions, normalize } from './normalize.ts';
import { type AddedToken, addedTokenFinder } from './pipeline/added.ts';
import { type Characters, charactersOf, noCharacters, put, stringOf } from './pipeline/characters.ts';
import type { Place } from './pipeline/place.ts';
import type { WordPieces } from './wordpiece.ts';

/** The tokens that are extracted from a text before WordPiece, unless they are just BERT's five, matched verbatim. */
export interface CustomTokens {
  /** In order of their ids. */
  readonly tokens: readonly AddedToken[];
  /** Those that no word is cut into: the vocabulary of the model lacks them. */
  readonly beyond: ReadonlySet<string>;
}

/**
 * Added tokens with the ids that `tokenizers` gives them: that of an equal token of the model, or the next free one.
 * Undefined if there are only `roles`, matched verbatim. Throws a UserError (`tokenizer-unsupported`) where
 * `id` is another.
 */
export function customTokens(
  added: readonly AddedToken[],
  { roles, idOf }: { readonly roles: ReadonlySet<string>; readonly idOf: ReadonlyMap<string, number> },
  placeOf: (token: AddedToken, index: number) => Place,
): CustomTokens | undefined {
  const isPlain = ({ content, lstrip, rstrip, single_word: single, normalized }: AddedToken): boolean =>
    roles.has(content) && !lstrip && !rstrip && !single && !normalized;
  if (added.every(isPlain)) return undefined;
  const beyond = new Set<string>();
  let next = idOf.size;
  const last = [...idOf.values()].reduce((a, b) => Math.max(a, b), -1);
  for (const [i, token] of added.entries()) {
    const { content, id } = token;
    const own = idOf.get(content) ?? next;
    if (id !== own) throw otherId(token, own, placeOf(token, i));
    if (idOf.has(content)) continue;
    if (beyond.has(content)) throw otherId(token, own, placeOf(token, i));
    if (next <= last) throw notContiguous(token, placeOf(token, i));
    beyond.add(content);
    next++;
  }
  return { tokens: added, beyond };
}

const otherId = ({ content, id }: AddedToken, own: number, { file, field }: Place): UserError =>
  new UserError(
    'tokenizer-unsupported',
    {
      en: `The added token ${JSON.stringify(content)} has the id ${id}; tokenizers gives it ${own}`,
      zh: `附加词元 ${JSON.stringify(content)} 的编号为 ${id}，而 tokenizers 给出 ${own}`,
    },
    {
      file,
      field,
      hint: {
        en: 'Number added tokens from the size of the vocabulary, without gaps.',
        zh: '附加词元须从词表大小开始连续编号。',
      },
    },
  );

const notContiguous = ({ content }: AddedToken, { file, field }: Place): UserError =>
  new UserError(
    'tokenizer-unsupported',
    {
      en: `${JSON.stringify(content)} is added to a vocabulary whose ids have gaps or whose tokens repeat`,
      zh: `词表编号不连续或词元重复，无法附加 ${JSON.stringify(content)}`,
    },
    {
      file,
      field,
      hint: {
        en: 'Give the vocabulary different tokens with ids from 0, without gaps.',
        zh: '词表须由互不相同的词元组成，编号从 0 开始连续。',
      },
    },
  );

interface Parts {
  readonly options: NormalizerOptions;
  readonly pieces: WordPieces;
  /** Appends the tokens of a text without added ones. */
  scan(text: string, limit: number): void;
  /** Adds a normalized character, with its code units in the original. */
  add(code: number, start: number, end: number): void;
}

/** Returns a function that appends the tokens of a text, added ones among them, as `scan` does. */
export function customScanner(tokens: readonly AddedToken[], { options, pieces, scan, add }: Parts) {
  const { out } = pieces;
  const normalized = (text: string, from?: number, to?: number): Characters => {
    const made = noCharacters();
    for (const { code, start, end } of normalize(text, options, from, to)) put(made, code, start, end);
    return made;
  };
  const isNormalized = ({ normalized }: AddedToken): boolean => normalized;
  const findPlain = addedTokenFinder(tokens.filter((token) => !isNormalized(token)));
  const findNormalized = tokens.some(isNormalized)
    ? addedTokenFinder(tokens.filter(isNormalized), ({ codes }) => normalized(stringOf(codes)))
    : undefined;

  const scanPart = (text: string, from: number, to: number, limit: number): void => {
    const before = out.count;
    scan(text.slice(from, to), limit);
    for (let i = before; i < out.count; i++) {
      out.starts[i] += from;
      out.ends[i] += from;
    }
  };
  return (text: string, limit: number): void => {
    const whole = charactersOf(text);
    for (const { from, to, id } of findPlain(whole)) {
      if (out.count >= limit) return;
      const [start, end] = [whole.starts[from], whole.ends[to - 1]];
      if (id >= 0) {
        pieces.emit(id, start, end);
        continue;
      }
      const characters = findNormalized && normalized(text, start, end);
      const inner = characters ? findNormalized(characters) : [];
      if (!characters || inner.every(({ id }) => id < 0)) {
        scanPart(text, start, end, limit);
        continue;
      }
      const { codes, starts, ends } = characters;
      for (const { from, to, id } of inner) {
        if (id >= 0) pieces.emit(id, starts[from], ends[to - 1]);
        else for (let i = from; i < to; i++) add(codes[i], starts[i], ends[i]);
        pieces.flush();
      }
    }
  };
}
