export interface Hit {
  /** Position of the document in the collection. */
  readonly document: number;
  readonly score: number;
}

/** Token `t` is in `holders[k]` (ascending) with `shares[k]` of the score, for `starts[t] <= k < starts[t + 1]`. */
export interface Postings {
  readonly starts: Int32Array;
  readonly holders: Int32Array;
  readonly shares: Float32Array;
}

interface Term {
  readonly token: number;
  /** How often the query has it. */
  readonly times: number;
  /** The most that it can add to a score. */
  readonly bound: number;
}

/**
 * Scores are added up in single precision, in an order that saves work. All that are this near to the last
 * place, relatively, are added up again in the order of the query before the ranking is made.
 */
const ROUNDING = 1e-4;

/** Scores so far, and the documents that have one. */
interface Scores {
  readonly postings: Postings;
  /** One a document; all zero between searches. */
  readonly scores: Float32Array;
  readonly touched: Int32Array;
}

/**
 * Finds the best documents without looking at all (MaxScore: Turtle & Flood 1995): tokens come with the
 * heaviest first; once those that are left could not lift a new document into the ranking, they are only
 * added to documents that earlier ones found and that may still get there. The ranking is that of adding everything up.
 */
export function createSearch(
  ids: ReadonlyMap<string, number>,
  postings: Postings,
  size: number,
): (query: readonly string[], most: number) => Hit[] {
  const heaviest = heaviestShares(postings);
  const state: Scores = { postings, scores: new Float32Array(size), touched: new Int32Array(size) };
  return (query, most) => {
    const tokens = query.map((token) => ids.get(token)).filter((token) => token !== undefined);
    const found = addTerms(state, termsOf(tokens, heaviest), most);
    const hits = rank(state, found, Math.min(most, found), (document) => {
      let sum = 0;
      for (const token of tokens) sum = Math.fround(sum + shareOf(postings, token, document));
      return sum;
    });
    for (let i = 0; i < found; i++) state.scores[state.touched[i]] = 0;
    return hits;
  };
}

/** The largest share of every token. */
function heaviestShares({ starts, shares }: Postings): Float32Array {
  const heaviest = new Float32Array(starts.length - 1);
  for (let token = 0; token < heaviest.length; token++) {
    for (let k = starts[token]; k < starts[token + 1]; k++) {
      if (shares[k] > heaviest[token]) heaviest[token] = shares[k];
    }
  }
  return heaviest;
}

/** The different tokens of a query, heaviest first. */
function termsOf(tokens: readonly number[], heaviest: Float32Array): Term[] {
  const times = new Map<number, number>();
  for (const token of tokens) times.set(token, (times.get(token) ?? 0) + 1);
  const terms = Array.from(times, ([token, n]): Term => ({ token, times: n, bound: n * heaviest[token] }));
  return terms.sort((a, b) => b.bound - a.bound);
}

/** Scores every document that may be among the best `most`; returns how many are touched. */
function addTerms(state: Scores, terms: readonly Term[], most: number): number {
  const all = terms.reduce((sum, { bound }) => sum + bound, 0);
  let left = all;
  let found = 0;
  let closed = false;
  for (const term of terms) {
    // No score can be above `all - left` yet: looking for the bar before that is above `left` is in vain.
    if (!closed && most > 0 && found >= most && all - left > left) {
      const bar = barOf(state, found, most) * (1 - ROUNDING);
      closed = bar > left;
      if (closed) found = dropBelow(state, bar - left, found);
    }
    if (closed) addToFound(state, term, found);
    else found = addToAll(state, term, found);
    left -= term.bound;
  }
  return found;
}

/** Adds a term to every document that has it; returns how many documents are then touched. */
function addToAll({ postings, scores, touched }: Scores, { token, times }: Term, found: number): number {
  const { starts, holders, shares } = postings;
  let count = found;
  const end = starts[token + 1];
  for (let k = starts[token]; k < end; k++) {
    const document = holders[k];
    const score = scores[document];
    if (score === 0) touched[count++] = document;
    scores[document] = score + times * shares[k];
  }
  return count;
}

/** Adds a term to the touched documents that have it: looks each up, or walks the postings, whichever is less work. */
function addToFound({ postings, scores, touched }: Scores, { token, times }: Term, found: number): void {
  const { starts, holders, shares } = postings;
  const [start, end] = [starts[token], starts[token + 1]];
  if (found * Math.log2(end - start + 1) < end - start) {
    for (let i = 0; i < found; i++) scores[touched[i]] += times * shareOf(postings, token, touched[i]);
    return;
  }
  for (let k = start; k < end; k++) {
    const score = scores[holders[k]];
    if (score !== 0) scores[holders[k]] = score + times * shares[k];
  }
}

/** Forgets documents with less than this; returns how many stay. */
function dropBelow({ scores, touched }: Scores, least: number, found: number): number {
  let kept = 0;
  for (let i = 0; i < found; i++) {
    const document = touched[i];
    if (scores[document] >= least) touched[kept++] = document;
    else scores[document] = 0;
  }
  return kept;
}

/** The score contribution of the token to the document: 0 if it does not occur. */
function shareOf({ starts, holders, shares }: Postings, token: number, document: number): number {
  let low = starts[token];
  let high = starts[token + 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holders[middle] < document) low = middle + 1;
    else high = middle;
  }
  return low < starts[token + 1] && holders[low] === document ? shares[low] : 0;
}

/** The `most`-th largest score of the touched documents, through a heap with the smallest on top. */
function barOf({ scores, touched }: Scores, count: number, most: number): number {
  const heap = new Float32Array(most);
  const sink = (from: number): void => {
    let at = from;
    const score = heap[at];
    for (let child = 2 * at + 1; child < most; child = 2 * at + 1) {
      if (child + 1 < most && heap[child + 1] < heap[child]) child++;
      if (heap[child] >= score) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = score;
  };
  for (let i = 0; i < most; i++) heap[i] = scores[touched[i]];
  for (let i = (most >> 1) - 1; i >= 0; i--) sink(i);
  for (let i = most; i < count; i++) {
    const score = scores[touched[i]];
    if (score <= heap[0]) continue;
    heap[0] = score;
    sink(0);
  }
  return heap[0];
}

/** The best `most` touched documents by their exact scores, of equal ones the earlier first. */
function rank(state: Scores, count: number, most: number, exact: (document: number) => number): Hit[] {
  if (most === 0) return [];
  const { scores, touched } = state;
  const bar = barOf(state, count, most) * (1 - ROUNDING);
  const near: Hit[] = [];
  for (let i = 0; i < count; i++) {
    const document = touched[i];
    if (scores[document] >= bar) near.push({ document, score: exact(document) });
  }
  return near.sort((a, b) => b.score - a.score || a.document - b.document).slice(0, most);
}
