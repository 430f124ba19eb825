import { UserError } from '../../ground/errors.ts';
import type { Encoding, Tokens } from './tokenizer.ts';
import { longestFirst } from './truncate.ts';

/** The special tokens around texts: `first A last` or `first A …between B last`, by id. */
export interface Frame {
  readonly first: number;
  readonly last: number;
  /** Between the texts of a pair: `[SEP]` of BERT, `</s></s>` of RoBERTa. */
  readonly between: readonly number[];
  /** Token type of the second text and of `last` after it. All else has 0. */
  readonly secondType: 0 | 1;
}

/** BERT's: `[CLS] A [SEP] B [SEP]`. */
export const bertFrame = ({ cls, sep }: { readonly cls: number; readonly sep: number }): Frame => ({
  first: cls,
  last: sep,
  between: [sep],
  secondType: 1,
});

/** Number of special tokens around one text and around two. */
export const specialsOf = ({ between }: Frame): { readonly single: number; readonly pair: number } => ({
  single: 2,
  pair: 2 + between.length,
});

/** Tokens so far, in growing arrays: entries from `count` on are leftovers. */
export interface TokenBuffer {
  count: number;
  ids: Int32Array;
  starts: Int32Array;
  ends: Int32Array;
}

/** An empty buffer that grows, and how a token is appended to it. */
export function createBuffer() {
  const out: TokenBuffer = {
    count: 0,
    ids: new Int32Array(1024),
    starts: new Int32Array(1024),
    ends: new Int32Array(1024),
  };
  const emit = (id: number, start: number, end: number): void => {
    if (out.count === out.ids.length) {
      out.ids = grown(out.ids);
      out.starts = grown(out.starts);
      out.ends = grown(out.ends);
    }
    out.ids[out.count] = id;
    out.starts[out.count] = start;
    out.ends[out.count++] = end;
  };
  return { out, emit };
}

function grown(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}

interface Scanner {
  readonly out: TokenBuffer;
  readonly frame: Frame;
  /** Empties `out`. */
  clear(): void;
  /** Appends the tokens of a text to `out`, until its count is `limit` or more. */
  scan(text: string, limit: number): void;
}

/** The three ways to read texts, in terms of one that appends tokens to a buffer. */
export function createEncoders({ out, frame, clear, scan }: Scanner) {
  const { first: cls, last: sep, between, secondType } = frame;
  const specials = specialsOf(frame);
  return {
    tokenize(text: string, limit = Number.POSITIVE_INFINITY): Tokens {
      clear();
      scan(text, limit);
      const n = out.count;
      return { ids: out.ids.slice(0, n), starts: out.starts.slice(0, n), ends: out.ends.slice(0, n) };
    },
    encode(text: string, maxLength = Number.POSITIVE_INFINITY): Encoding {
      const room = roomOf(maxLength, specials.single);
      clear();
      scan(text, room);
      const kept = Math.min(room, out.count);
      const encoding = emptyEncoding(kept + specials.single);
      encoding.ids[0] = cls;
      encoding.ids[copyTokens(out, encoding, 1, { from: 0, count: kept })] = sep;
      return encoding;
    },
    encodePair(first: string, second: string, maxLength = Number.POSITIVE_INFINITY): Encoding {
      const room = roomOf(maxLength, specials.pair);
      clear();
      scan(first, Number.POSITIVE_INFINITY);
      const middle = out.count;
      scan(second, Number.POSITIVE_INFINITY);
      const [keptFirst, keptSecond] = longestFirst(middle, out.count - middle, room);
      const encoding = emptyEncoding(keptFirst + keptSecond + specials.pair);
      encoding.ids[0] = cls;
      const separator = copyTokens(out, encoding, 1, { from: 0, count: keptFirst });
      // a loop: `set` with an array of one or two ids costs more than it copies
      let start = separator;
      for (const id of between) encoding.ids[start++] = id;
      encoding.ids[copyTokens(out, encoding, start, { from: middle, count: keptSecond })] = sep;
      encoding.types.fill(secondType, start);
      return encoding;
    },
  };
}

/** Tokens that remain besides the special ones. Throws a UserError (`max-length`) if these do not fit. */
export function roomOf(maxLength: number, specials: number): number {
  if (maxLength >= specials) return maxLength - specials;
  throw new UserError('max-length', {
    en: `A maximum length of ${maxLength} has no room for ${specials} special tokens`,
    zh: `最大长度 ${maxLength} 容纳不下 ${specials} 个特殊词元`,
  });
}

/** Copies `count` tokens of `out`, from `from` on, to `target` at `at`; returns where they end. */
function copyTokens(
  out: TokenBuffer,
  target: Encoding,
  at: number,
  { from, count }: { readonly from: number; readonly count: number },
): number {
  for (let i = 0; i < count; i++) {
    target.ids[at + i] = out.ids[from + i];
    target.starts[at + i] = out.starts[from + i];
    target.ends[at + i] = out.ends[from + i];
  }
  return at + count;
}

const emptyEncoding = (length: number): Encoding => ({
  ids: new Int32Array(length),
  types: new Int32Array(length),
  starts: new Int32Array(length),
  ends: new Int32Array(length),
});
