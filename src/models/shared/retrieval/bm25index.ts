import { createYielder } from '../../../ground/yielder.ts';
import { createSearch, type Hit, type Postings } from './search.ts';
import { type Bm25Constants, inverseFrequency, saturation } from './weights.ts';

/**
 * An inverted index with every token's share of every document's score worked out beforehand: a search
 * only adds. Token `t` is in `documents[k]`, `shares[k]` for `starts[t] <= k < starts[t + 1]`.
 */
export interface Bm25Index {
  /** Number of documents. */
  readonly size: number;
  readonly tokens: number;
  readonly bytes: number;
  /**
   * The best `most` documents that share a token with the query, best first, of equal ones the earlier.
   * A token that the query has twice counts twice. Not reentrant.
   */
  search(query: readonly string[], most: number): Hit[];
}

/** How often every document has every token, one document after another. */
interface Counted {
  /** The number of every token, in order of first appearance. */
  readonly ids: ReadonlyMap<string, number>;
  /** Pairs of token and count; those of document `d` end before `ends[d]`. */
  readonly entries: Int32Array;
  readonly ends: readonly number[];
  /** Tokens of every document. */
  readonly lengths: readonly number[];
}

/**
 * Indexes documents, given as tokens. Scores are those of BM25 as Lucene and bm25s (method `lucene`)
 * define it, in the same order of single-precision additions.
 */
export async function indexDocuments(
  documents: Iterable<readonly string[]>,
  constants: Bm25Constants,
  signal?: AbortSignal,
): Promise<Bm25Index> {
  const counted = await countTokens(documents, createYielder(signal));
  const { ids, lengths } = counted;
  const postings = weighTokens(counted, constants);
  const { starts, holders, shares } = postings;
  return {
    size: lengths.length,
    tokens: ids.size,
    bytes: starts.byteLength + holders.byteLength + shares.byteLength,
    search: createSearch(ids, postings, lengths.length),
  };
}

async function countTokens(
  documents: Iterable<readonly string[]>,
  yieldNow: () => Promise<void> | undefined,
): Promise<Counted> {
  const ids = new Map<string, number>();
  const lengths: number[] = [];
  let entries = new Int32Array(1 << 16);
  let used = 0;
  const ends: number[] = [];
  // The position of every token in the entries of the last document that has it.
  const places: number[] = [];
  for (const tokens of documents) {
    const start = used;
    if (used + 2 * tokens.length > entries.length) {
      const more = new Int32Array(2 * (used + 2 * tokens.length));
      more.set(entries);
      entries = more;
    }
    for (const token of tokens) {
      let id = ids.get(token);
      if (id === undefined) {
        id = ids.size;
        ids.set(token, id);
        places.push(-1);
      }
      if (places[id] >= start) entries[places[id] + 1]++;
      else {
        places[id] = used;
        entries[used] = id;
        entries[used + 1] = 1;
        used += 2;
      }
    }
    ends.push(used);
    lengths.push(tokens.length);
    if ((lengths.length & 255) === 0) await yieldNow();
  }
  return { ids, entries: entries.subarray(0, used), ends, lengths };
}

/** The counts by token instead of by document, as shares of the score. */
function weighTokens({ ids, entries, ends, lengths }: Counted, constants: Bm25Constants): Postings {
  const size = lengths.length;
  const meanLength = lengths.reduce((sum, length) => sum + length, 0) / size;
  const starts = new Int32Array(ids.size + 1);
  for (let at = 0; at < entries.length; at += 2) starts[entries[at] + 1]++;
  const idf = new Float64Array(ids.size);
  for (let id = 0; id < ids.size; id++) {
    idf[id] = inverseFrequency(starts[id + 1], size);
    starts[id + 1] += starts[id];
  }
  const next = starts.slice();
  const holders = new Int32Array(entries.length / 2);
  const shares = new Float32Array(entries.length / 2);
  for (let document = 0, at = 0; document < size; document++) {
    for (; at < ends[document]; at += 2) {
      const place = next[entries[at]]++;
      holders[place] = document;
      shares[place] =
        idf[entries[at]] * saturation(entries[at + 1], lengths[document], meanLength, constants);
    }
  }
  return { starts, holders, shares };
}
