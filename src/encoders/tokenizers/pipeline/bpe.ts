import * as z from 'zod';
import { bytesOf, byteToken } from './bytes.ts';
import { type Characters, stringOf } from './characters.ts';
import type { TokenModel } from './model.ts';
import { checked, inside, type Place, unsupported } from './place.ts';

const empty = z.literal(['']).nullish();
const bpeJson = z.object({
  dropout: z.literal(0).nullish(),
  unk_token: z.string().nullish(),
  continuing_subword_prefix: empty,
  end_of_word_suffix: empty,
  fuse_unk: z.boolean().default(false),
  byte_fallback: z.boolean().default(false),
  ignore_merges: z.boolean().default(false),
  vocab: z.record(
    z.string(),
    z
      .int()
      .min(0)
      .max(1 << 22),
  ),
  merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
});
type Settings = z.infer<typeof bpeJson>;

/** Ids are below 2²³, so a pair of them fits a double exactly. */
const ID_SPAN = 2 ** 23;

/** The merge of two neighbouring tokens and its rank: lower ranks first. */
interface Merge {
  readonly rank: number;
  readonly id: number;
}

/** Longest word that is cached, in characters, and the most words that are. */
const MAX_CACHED = 256;
const MOST_CACHED = 10_000;

/** The model `BPE` of a `tokenizer.json` (Sennrich et al. 2016). Throws a UserError that names the field. */
export function readBpe(value: unknown, place: Place): TokenModel {
  const settings = checked(bpeJson, value, place);
  const { vocab, unk_token: unk, ignore_merges: wholeFirst } = settings;
  const idOf = new Map(Object.entries(vocab));
  if (unk && !idOf.has(unk))
    throw unsupported(inside(place, 'unk_token'), { en: 'not in the vocabulary', zh: '不在词表中' });
  const merges = mergesOf(settings, idOf, place);
  const tokens: string[] = [];
  for (const [token, id] of idOf) tokens[id] = token;
  const split = symbolsOf(settings, idOf);
  const known = new Map<string, Symbols>();
  return {
    tokens: Array.from(tokens, (token) => token ?? ''),
    idOf,
    unk: unk ?? undefined,
    cut(text, emit) {
      const word = stringOf(text.codes);
      const whole = wholeFirst ? idOf.get(word) : undefined;
      if (whole !== undefined) return emit(whole, 0, text.codes.length);
      let symbols = known.get(word);
      if (!symbols) {
        symbols = mergeAll(split(text), merges);
        if (text.codes.length <= MAX_CACHED && known.size < MOST_CACHED) known.set(word, symbols);
      }
      let at = 0;
      for (const [i, id] of symbols.ids.entries()) {
        emit(id, at, at + symbols.lengths[i]);
        at += symbols.lengths[i];
      }
    },
  };
}

/** Merges by the pair of ids that they join. */
function mergesOf(
  { merges }: Settings,
  idOf: ReadonlyMap<string, number>,
  place: Place,
): ReadonlyMap<number, Merge> {
  const found = new Map<number, Merge>();
  for (const [rank, merge] of merges.entries()) {
    const [left, right] = typeof merge === 'string' ? merge.split(' ') : merge;
    const [a, b, id] = [idOf.get(left), idOf.get(right), idOf.get(`${left}${right}`)];
    if (a === undefined || b === undefined || id === undefined)
      throw unsupported(inside(place, 'merges', rank), {
        en: 'it joins tokens that the vocabulary lacks',
        zh: '涉及词表中没有的词元',
      });
    found.set(a * ID_SPAN + b, { rank, id });
  }
  return found;
}

/** Tokens of a word, and the number of characters that each stands for. */
interface Symbols {
  readonly ids: number[];
  readonly lengths: number[];
}

/** The tokens of single characters; for what the vocabulary lacks their bytes, the unknown token, or nothing. */
function symbolsOf(settings: Settings, idOf: ReadonlyMap<string, number>): (text: Characters) => Symbols {
  const { byte_fallback: byBytes, fuse_unk: fuses, unk_token: unk } = settings;
  const unknown = unk ? idOf.get(unk) : undefined;
  const single = new Map<number, number>();
  for (const [token, id] of idOf) {
    const [code, ...more] = Array.from(token, (one) => one.codePointAt(0)!);
    if (code !== undefined && more.length === 0) single.set(code, id);
  }
  return ({ codes }) => {
    const [ids, lengths]: number[][] = [[], []];
    let follows = false;
    for (const code of codes) {
      const id = single.get(code);
      const bytes = id === undefined && byBytes ? bytesOf(code).map((byte) => idOf.get(byteToken(byte))) : [];
      const isUnknown = id === undefined && (bytes.length === 0 || bytes.includes(undefined));
      if (!isUnknown) {
        for (const one of id === undefined ? bytes : [id]) {
          ids.push(one!);
          lengths.push(1);
        }
      } else if (fuses && follows) lengths[lengths.length - 1]++;
      else if (unknown !== undefined) {
        ids.push(unknown);
        lengths.push(1);
      }
      follows = isUnknown && unknown !== undefined;
    }
    return { ids, lengths };
  };
}

/** A merge that is due at a place. */
interface Due extends Merge {
  readonly at: number;
}

/** Applies merges, the lowest rank first and of equal ones the leftmost, until none is left. */
function mergeAll({ ids, lengths }: Symbols, merges: ReadonlyMap<number, Merge>): Symbols {
  const next = ids.map((_, i) => (i + 1 < ids.length ? i + 1 : -1));
  const before = ids.map((_, i) => i - 1);
  const queue: Due[] = [];
  const mergeAt = (at: number): Merge | undefined =>
    next[at] < 0 ? undefined : merges.get(ids[at] * ID_SPAN + ids[next[at]]);
  const consider = (at: number): void => {
    const merge = at < 0 ? undefined : mergeAt(at);
    if (merge) pushDue(queue, { ...merge, at });
  };
  for (let at = 0; at < ids.length; at++) consider(at);
  while (queue.length > 0) {
    const { at, id } = popDue(queue);
    // a queued merge may be outdated
    if (lengths[at] === 0 || mergeAt(at)?.id !== id) continue;
    const right = next[at];
    ids[at] = id;
    lengths[at] += lengths[right];
    lengths[right] = 0;
    next[at] = next[right];
    if (next[at] >= 0) before[next[at]] = at;
    consider(before[at]);
    consider(at);
  }
  const kept = [...ids.keys()].filter((at) => lengths[at] > 0);
  return { ids: kept.map((at) => ids[at]), lengths: kept.map((at) => lengths[at]) };
}

const isBefore = (a: Due, b: Due): boolean => a.rank < b.rank || (a.rank === b.rank && a.at < b.at);

/** Binary heap, the first due on top. */
function pushDue(heap: Due[], due: Due): void {
  let at = heap.push(due) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isBefore(due, heap[parent])) break;
    heap[at] = heap[parent];
    at = parent;
  }
  heap[at] = due;
}

function popDue(heap: Due[]): Due {
  const [top] = heap;
  const last = heap.pop()!;
  if (heap.length === 0) return top;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child++;
    if (!isBefore(heap[child], last)) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = last;
  return top;
}
