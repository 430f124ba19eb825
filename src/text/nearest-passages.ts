import { createYielder } from '../ground/yielder.ts';

/** Constants of BM25. */
const K1 = 1.2;
const B = 0.75;

/** The queries and the passages that they search. */
export interface PassageSearch {
  readonly queries: readonly string[];
  /** All passages in order; called more than once. */
  readonly passages: () => Iterable<string>;
  /** How many passages are found for each query. */
  readonly counts: readonly number[];
}

/**
 * For every query, the positions of its best passages by BM25, best first, of equal ones the earlier. Texts are compared by
 * pairs of adjacent characters, in lower case and without white space; a pair that a query has twice counts once. Passages
 * are read twice and never kept, so that memory depends on the queries only. Throws the reason of the signal.
 */
export async function nearestPassages(
  { queries, passages, counts }: PassageSearch,
  signal?: AbortSignal,
): Promise<number[][]> {
  const yieldNow = createYielder(signal);
  const asked = createAsked(queries);
  const statistics = await count(passages(), asked, yieldNow);
  const best = counts.map(createBest);
  const floors = Float64Array.from(counts, (most) => (most === 0 ? Number.POSITIVE_INFINITY : 0));
  const sums = createSums(asked, statistics.weights);
  let position = 0;
  for (const passage of passages()) {
    const { pairs, length } = pairsOf(passage);
    sums.add(pairs, K1 * (1 - B + (B * length) / statistics.meanLength));
    sums.take(floors, (query, score) => {
      floors[query] = best[query].offer(position, score);
    });
    position++;
    if ((position & 255) === 0) await yieldNow();
  }
  return best.map(({ positions }) => positions());
}

/** The scores of one passage for all queries. Plain loops over typed arrays: this is where the time goes. */
function createSums({ tokens, holders }: Asked, weights: Float64Array) {
  const queries = holders.map((list) => Int32Array.from(list));
  const count = 1 + queries.reduce((most, list) => list.reduce((a, b) => Math.max(a, b), most), -1);
  const scores = new Float64Array(count);
  const touched = new Int32Array(count);
  let size = 0;
  const addShare = (own: Int32Array, share: number): void => {
    for (let i = 0; i < own.length; i++) {
      const query = own[i];
      if (scores[query] === 0) touched[size++] = query;
      scores[query] += share;
    }
  };
  return {
    add(pairs: ReadonlyMap<string, number>, norm: number): void {
      for (const [pair, times] of pairs) {
        const token = tokens.get(pair);
        if (token !== undefined)
          addShare(queries[token], (weights[token] * times * (K1 + 1)) / (times + norm));
      }
    },
    /** Emits the scores above the floors of their queries, and starts over. */
    take(floors: Float64Array, found: (query: number, score: number) => void): void {
      for (let i = 0; i < size; i++) {
        const query = touched[i];
        if (scores[query] > floors[query]) found(query, scores[query]);
        scores[query] = 0;
      }
      size = 0;
    },
  };
}

/** The pairs of all queries, and which queries have each. */
interface Asked {
  readonly tokens: ReadonlyMap<string, number>;
  readonly holders: readonly (readonly number[])[];
}

function createAsked(queries: readonly string[]): Asked {
  const tokens = new Map<string, number>();
  const holders: number[][] = [];
  for (const [number, query] of queries.entries()) {
    for (const pair of pairsOf(query).pairs.keys()) {
      const token = tokens.get(pair) ?? tokens.size;
      tokens.set(pair, token);
      holders[token] ??= [];
      holders[token].push(number);
    }
  }
  return { tokens, holders };
}

async function count(
  passages: Iterable<string>,
  { tokens, holders }: Asked,
  yieldNow: () => Promise<void> | undefined,
): Promise<{ readonly weights: Float64Array; readonly meanLength: number }> {
  const having = new Float64Array(holders.length);
  let total = 0;
  let size = 0;
  for (const passage of passages) {
    const { pairs, length } = pairsOf(passage);
    for (const pair of pairs.keys()) {
      const token = tokens.get(pair);
      if (token !== undefined) having[token]++;
    }
    total += length;
    size++;
    if ((size & 255) === 0) await yieldNow();
  }
  return {
    weights: having.map((documents) => Math.log(1 + (size - documents + 0.5) / (documents + 0.5))),
    meanLength: size === 0 ? 0 : total / size,
  };
}

/** How often a text has each pair of adjacent characters; a text of one character is its own pair. */
function pairsOf(text: string): { readonly pairs: ReadonlyMap<string, number>; readonly length: number } {
  const characters = Array.from(text.toLowerCase().replaceAll(/\s+/gu, ''));
  const pairs = new Map<string, number>();
  const length = characters.length === 1 ? 1 : Math.max(0, characters.length - 1);
  for (let i = 0; i < length; i++) {
    const pair = characters[i] + (characters[i + 1] ?? '');
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  return { pairs, length };
}

/** The best `most` positions so far, best first. */
function createBest(most: number) {
  const found: { readonly position: number; readonly score: number }[] = [];
  return {
    /** Takes a position in; returns the score that the next one must be above. */
    offer(position: number, score: number): number {
      let at = found.length;
      while (at > 0 && found[at - 1].score < score) at--;
      found.splice(at, 0, { position, score });
      if (found.length > most) found.pop();
      return found.length < most ? 0 : found[most - 1].score;
    },
    positions: () => found.map(({ position }) => position),
  };
}
