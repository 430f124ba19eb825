import * as z from 'zod';
import { buildTrie, type Trie } from '../trie.ts';
import { bytesOf, byteToken } from './bytes.ts';
import { stringOf } from './characters.ts';
import type { TokenModel } from './model.ts';
import { checked, inside, type Place, unsupported } from './place.ts';

/** A token of the vocabulary with its log probability. */
export type Scored = readonly [token: string, score: number];

/** An unknown character scores this much less than the least likely token. */
const UNKNOWN_PENALTY = 10;

const unigramJson = z.object({
  unk_id: z.int().min(0),
  byte_fallback: z.boolean().default(false),
  // of a quarter of a million tokens: checked below
  vocab: z.array(z.unknown()).min(1),
});

/** The model `Unigram` of a `tokenizer.json`. Throws a UserError that names the field. */
export function readUnigram(value: unknown, place: Place): TokenModel {
  const { unk_id: unknown, byte_fallback: byteFallback, vocab } = checked(unigramJson, value, place);
  const scored = vocab.map((entry, id): Scored => {
    if (Array.isArray(entry) && typeof entry[0] === 'string' && Number.isFinite(entry[1]))
      return [entry[0], asReferenceReads(entry[1])];
    throw unsupported(inside(place, 'vocab', id), {
      en: 'not a token with its score',
      zh: '应为词元及其分数',
    });
  });
  if (unknown < scored.length) return createUnigram(scored, unknown, byteFallback);
  throw unsupported(inside(place, 'unk_id'), { en: 'outside the vocabulary', zh: '超出词表范围' });
}

/**
 * A number of a JSON file as the reference reads it: all of its digits, then a division, which rounds twice. The last bit
 * decides between equally likely ways to cut a text.
 */
function asReferenceReads(score: number): number {
  const [, sign, whole, fraction] = /^(-?)(\d+)\.(\d+)$/.exec(String(score)) ?? [];
  if (fraction === undefined) return score;
  return Number(`${sign}${whole}${fraction}`) / 10 ** fraction.length;
}

/**
 * A unigram language model (Kudo 2018): of all ways to cut a text, the likeliest, by dynamic programming over characters;
 * of equally likely ones, the one found first. Neighbouring unknown characters are one token, or with `byteFallback` their
 * bytes, where the vocabulary has all of these.
 */
export function createUnigram(
  vocab: readonly Scored[],
  unknown: number,
  byteFallback: boolean,
  without: ReadonlySet<number> = new Set(),
): TokenModel {
  const tokens = vocab.map(([token]) => token);
  const idOf = new Map(tokens.map((token, id) => [token, id]));
  const trie = buildTrie([...idOf].filter(([token, id]) => token !== '' && !without.has(id)));
  const scores = Float64Array.from(vocab, ([, score]) => score);
  const bytes = Array.from({ length: 256 }, (_, byte) => idOf.get(byteToken(byte)) ?? -1);

  const findBest = bestCuts({ trie, scores, unknown });
  return {
    tokens,
    idOf,
    unk: tokens[unknown],
    without: (others) => createUnigram(vocab, unknown, byteFallback, others),
    cut({ codes }, emit) {
      const [ids, begins] = [new Int32Array(codes.length + 1), new Int32Array(codes.length + 1)];
      findBest(codes, ids, begins);
      const pieces: [id: number, from: number, to: number][] = [];
      for (let end = codes.length; end > 0; end = begins[end]) {
        const last = pieces.at(-1);
        if (ids[end] === unknown && last?.[0] === unknown) last[1] = begins[end];
        else pieces.push([ids[end], begins[end], end]);
      }
      for (const [id, from, to] of pieces.reverse()) {
        // unknown characters together may spell a token
        const known = id === unknown ? (idOf.get(stringOf(codes.slice(from, to))) ?? unknown) : id;
        const fallback = byteFallback && known === unknown ? codes.slice(from, to).flatMap(bytesOf) : [];
        if (fallback.length === 0 || fallback.some((byte) => bytes[byte] < 0)) emit(known, from, to);
        else for (const byte of fallback) emit(bytes[byte], from, to);
      }
    },
  };
}

interface Lattice {
  readonly trie: Trie;
  readonly scores: Float64Array;
  readonly unknown: number;
}

/**
 * Returns a function that fills `ids` and `begins`: the last token of the best way to cut the first `end` characters, and
 * where it begins.
 */
function bestCuts({ trie, scores, unknown }: Lattice) {
  const worst = scores.reduce((least, score) => Math.min(least, score)) - UNKNOWN_PENALTY;
  return (codes: readonly number[], ids: Int32Array, begins: Int32Array): void => {
    const best = new Float64Array(codes.length + 1);
    begins.fill(-1);
    const offer = (end: number, begin: number, score: number, id: number): void => {
      if (begins[end] >= 0 && score <= best[end]) return;
      best[end] = score;
      begins[end] = begin;
      ids[end] = id;
    };
    for (let begin = 0; begin < codes.length; begin++) {
      let isSingle = false;
      for (let end = begin, node = 0; end < codes.length; end++) {
        node = trie.child(node, codes[end]);
        if (node < 0) break;
        const id = trie.value(node);
        if (id < 0) continue;
        offer(end + 1, begin, best[begin] + scores[id], id);
        isSingle ||= end === begin;
      }
      if (!isSingle) offer(begin + 1, begin, best[begin] + worst, unknown);
    }
  };
}
