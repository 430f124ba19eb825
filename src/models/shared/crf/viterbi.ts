import { tagCount } from './tags.ts';

/** A legal tag sequence and its score: the sum of its state and transition weights. */
export interface Path {
  readonly tags: Uint8Array;
  readonly score: number;
}

/** The tags that may precede each tag, per tag; the tags a text may begin with are O and B. */
function predecessors(types: number): number[][] {
  const all = Array.from({ length: tagCount(types) }, (_, tag) => tag);
  return all.map((tag) => (tag <= types ? all : [tag - types, tag]));
}

/**
 * The best legal tag sequence. `scores`: `length × tags` state weights; `transitions`: `tags × tags`,
 * row = from. Among equals, the one whose tags are smaller from the end on.
 */
export function bestPath(
  scores: Float64Array,
  length: number,
  transitions: Float64Array,
  types: number,
): Path {
  const tags = tagCount(types);
  if (length === 0) return { tags: new Uint8Array(0), score: 0 };
  const sources = predecessors(types);
  const back = new Uint8Array(length * tags);
  let before = new Float64Array(tags).fill(Number.NEGATIVE_INFINITY);
  let now = new Float64Array(tags);
  for (let j = 0; j <= types; j++) before[j] = scores[j];
  for (let t = 1; t < length; t++) {
    for (let j = 0; j < tags; j++) {
      let best = Number.NEGATIVE_INFINITY;
      let from = sources[j][0];
      for (const i of sources[j]) {
        const score = before[i] + transitions[i * tags + j];
        if (score > best) {
          best = score;
          from = i;
        }
      }
      now[j] = best + scores[t * tags + j];
      back[t * tags + j] = from;
    }
    [before, now] = [now, before];
  }
  let last = 0;
  for (let j = 1; j < tags; j++) if (before[j] > before[last]) last = j;
  const path = new Uint8Array(length);
  path[length - 1] = last;
  for (let t = length - 1; t > 0; t--) path[t - 1] = back[t * tags + path[t]];
  return { tags: path, score: before[last] };
}

/**
 * The `k` best legal tag sequences, best first (fewer where fewer exist). Exact: every tag of every
 * position keeps its `k` best ways there. Memory is `length × tags × k` × 13 bytes.
 */
export function bestPaths(
  scores: Float64Array,
  length: number,
  transitions: Float64Array,
  types: number,
  k: number,
): Path[] {
  const tags = tagCount(types);
  if (length === 0) return [{ tags: new Uint8Array(0), score: 0 }];
  const sources = predecessors(types);
  const width = tags * k;
  const best = new Float64Array(length * width).fill(Number.NEGATIVE_INFINITY);
  const backTag = new Uint8Array(length * width);
  const backRank = new Int32Array(length * width);
  for (let j = 0; j <= types; j++) best[j * k] = scores[j];
  for (let t = 1; t < length; t++) {
    for (let j = 0; j < tags; j++) {
      // A merge of sorted lists: the next of each source competes.
      const ranks = new Int32Array(tags);
      for (let rank = 0; rank < k; rank++) {
        let winner = -1;
        let score = Number.NEGATIVE_INFINITY;
        for (const i of sources[j]) {
          if (ranks[i] === k) continue;
          const candidate = best[(t - 1) * width + i * k + ranks[i]] + transitions[i * tags + j];
          if (candidate > score) {
            score = candidate;
            winner = i;
          }
        }
        if (winner < 0) break;
        const cell = t * width + j * k + rank;
        best[cell] = score + scores[t * tags + j];
        backTag[cell] = winner;
        backRank[cell] = ranks[winner]++;
      }
    }
  }
  const finish = (length - 1) * width;
  const ends: number[] = [];
  for (let cell = 0; cell < width; cell++)
    if (best[finish + cell] > Number.NEGATIVE_INFINITY) ends.push(cell);
  ends.sort((a, b) => best[finish + b] - best[finish + a] || a - b);
  return ends.slice(0, k).map((end) => {
    const path = new Uint8Array(length);
    let tag = Math.floor(end / k);
    let rank = end % k;
    for (let t = length - 1; ; t--) {
      path[t] = tag;
      if (t === 0) break;
      const cell = t * width + tag * k + rank;
      tag = backTag[cell];
      rank = backRank[cell];
    }
    return { tags: path, score: best[finish + end] };
  });
}
