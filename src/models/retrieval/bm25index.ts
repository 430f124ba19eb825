import { createPace } from '../pace.ts';
import { type Bm25Constants, inverseFrequency, saturation } from './weights.ts';

export interface Hit {
  /** Position of the document in the collection. */
  readonly document: number;
  readonly score: number;
}

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

/**
 * Indexes documents, given as tokens. Scores are those of BM25 as Lucene and bm25s (method `lucene`)
 * define it, in the same order of single-precision additions.
 */
export async function indexDocuments(
  documents: Iterable<readonly string[]>,
  constants: Bm25Constants,
  signal?: AbortSignal,
): Promise<Bm25Index> {
  const pace = createPace(signal);
  const ids = new Map<string, number>();
  const lengths: number[] = [];
  // (token, count) of every document, one document after another.
  let entries = new Int32Array(1 << 16);
  let used = 0;
  const ends: number[] = [];
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
      // Where the token stands in this document's entries, if it was seen in this document.
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
    if ((lengths.length & 255) === 0) await pace();
  }

  const size = lengths.length;
  const meanLength = lengths.reduce((sum, length) => sum + length, 0) / size;
  const starts = new Int32Array(ids.size + 1);
  for (let at = 0; at < used; at += 2) starts[entries[at] + 1]++;
  const idf = new Float64Array(ids.size);
  for (let id = 0; id < ids.size; id++) {
    idf[id] = inverseFrequency(starts[id + 1], size);
    starts[id + 1] += starts[id];
  }
  const next = starts.slice();
  const holders = new Int32Array(used / 2);
  const shares = new Float32Array(used / 2);
  for (let document = 0, at = 0; document < size; document++) {
    for (; at < ends[document]; at += 2) {
      const place = next[entries[at]]++;
      holders[place] = document;
      shares[place] =
        idf[entries[at]] * saturation(entries[at + 1], lengths[document], meanLength, constants);
    }
  }
  return {
    size,
    tokens: ids.size,
    bytes: starts.byteLength + holders.byteLength + shares.byteLength,
    search: createSearch(ids, starts, holders, shares, size),
  };
}

function createSearch(
  ids: ReadonlyMap<string, number>,
  starts: Int32Array,
  holders: Int32Array,
  shares: Float32Array,
  size: number,
): Bm25Index['search'] {
  /** All zero between searches. */
  const scores = new Float32Array(size);
  const touched = new Int32Array(size);
  return (query, most) => {
    let count = 0;
    for (const token of query) {
      const id = ids.get(token);
      if (id === undefined) continue;
      const end = starts[id + 1];
      for (let k = starts[id]; k < end; k++) {
        const document = holders[k];
        const score = scores[document];
        if (score === 0) touched[count++] = document;
        scores[document] = score + shares[k];
      }
    }
    const best = selectBest(scores, touched, count, Math.min(most, count));
    for (let i = 0; i < count; i++) scores[touched[i]] = 0;
    return best;
  };
}

/** The best `most` of the touched documents by score, then by position, through a heap with the worst on top. */
function selectBest(scores: Float32Array, touched: Int32Array, count: number, most: number): Hit[] {
  if (most <= 0) return [];
  const heap = new Int32Array(most);
  const worse = (a: number, b: number): boolean =>
    scores[a] < scores[b] || (scores[a] === scores[b] && a > b);
  const sink = (from: number, length: number): void => {
    let at = from;
    const document = heap[at];
    for (let child = 2 * at + 1; child < length; child = 2 * at + 1) {
      if (child + 1 < length && worse(heap[child + 1], heap[child])) child++;
      if (!worse(heap[child], document)) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = document;
  };
  for (let i = 0; i < most; i++) heap[i] = touched[i];
  for (let i = (most >> 1) - 1; i >= 0; i--) sink(i, most);
  let bar = scores[heap[0]];
  for (let i = most; i < count; i++) {
    const document = touched[i];
    if (scores[document] < bar || !worse(heap[0], document)) continue;
    heap[0] = document;
    sink(0, most);
    bar = scores[heap[0]];
  }
  const hits = new Array<Hit>(most);
  for (let left = most; left > 0; left--) {
    hits[left - 1] = { document: heap[0], score: scores[heap[0]] };
    heap[0] = heap[left - 1];
    sink(0, left - 1);
  }
  return hits;
}
