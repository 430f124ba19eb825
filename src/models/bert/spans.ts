import { mostCentral, type Window, windowsOf } from '../../encoders/heads/windows.ts';
import type { Sequence } from '../../encoders/inference/sequences.ts';
import { specialsOf } from '../../encoders/tokenizers/frame.ts';
import type { Tokenizer, Tokens } from '../../encoders/tokenizers/tokenizer.ts';
import type { Entity } from '../../tasks/families/ner/types.ts';

/** A text cut into windows of tokens. */
export interface Cut {
  readonly tokens: Tokens;
  readonly windows: readonly Window[];
  readonly sequences: readonly Sequence[];
  /** For every token, the index of the window whose scores count. */
  readonly central: Int32Array;
}

export interface CutOptions {
  readonly maxLength: number;
  readonly overlap: number;
  /** Token types of all tokens of the text; absent: 0. */
  readonly typesOf?: (text: string, tokens: Tokens) => Int32Array;
}

/** All tokens of a text, in as many windows as needed. */
export function cutText(
  tokenizer: Tokenizer,
  text: string,
  { maxLength, overlap, typesOf }: CutOptions,
): Cut {
  const tokens = tokenizer.tokenize(text);
  const all = typesOf?.(text, tokens) ?? new Int32Array(tokens.ids.length);
  const count = tokens.ids.length;
  const { frame } = tokenizer;
  const size = maxLength - specialsOf(frame).single;
  const windows = windowsOf(count, size, Math.min(overlap, size >> 1));
  const sequences = windows.map(({ start, end }) => {
    const ids = Int32Array.of(frame.first, ...tokens.ids.subarray(start, end), frame.last);
    return { ids, types: Int32Array.of(0, ...all.subarray(start, end), 0) };
  });
  return { tokens, windows, sequences, central: mostCentral(windows, count) };
}

/** An entity by its first and last token. */
export interface TokenSpan {
  readonly first: number;
  readonly last: number;
  readonly type: string;
}

/** Entities as spans of the tokens that they touch. One that touches none is left out. */
export function toTokenSpans({ starts, ends }: Tokens, entities: readonly Entity[]): TokenSpan[] {
  return entities.flatMap(({ start, end, type }) => {
    const first = ends.findIndex((tokenEnd) => tokenEnd > start);
    const last = starts.findLastIndex((tokenStart) => tokenStart < end);
    return first >= 0 && last >= first ? [{ first, last, type }] : [];
  });
}

/** The tags of `types`: 0 is O, 1 + k is B of type k, 1 + types + k is I of it. */
export const tagNames = (types: readonly string[]): string[] => [
  'O',
  ...types.map((type) => `B-${type}`),
  ...types.map((type) => `I-${type}`),
];

/** One tag per token; of overlapping spans the longest stays, since a token has one tag. */
export function toTags(spans: readonly TokenSpan[], count: number, types: readonly string[]): Int32Array {
  const tags = new Int32Array(count);
  for (const { first, last, type } of [...spans].sort((a, b) => b.last - b.first - (a.last - a.first))) {
    const index = types.indexOf(type);
    if (index < 0 || tags.subarray(first, last + 1).some((tag) => tag !== 0)) continue;
    tags.fill(1 + types.length + index, first, last + 1);
    tags[first] = 1 + index;
  }
  return tags;
}

/** Which tag may follow which: I of a type only B or I of that type. 0 where allowed, otherwise -Infinity. */
export function tagOrder(types: number): { start: Float64Array; between: Float64Array } {
  const tags = 2 * types + 1;
  const never = Number.NEGATIVE_INFINITY;
  const start = Float64Array.from({ length: tags }, (_, tag) => (tag > types ? never : 0));
  const between = Float64Array.from({ length: tags * tags }, (_, i) => {
    const [from, to] = [Math.floor(i / tags), i % tags];
    return to > types && from !== to && from !== to - types ? never : 0;
  });
  return { start, between };
}
