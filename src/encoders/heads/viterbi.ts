/** Scores of what follows what; -Infinity forbids it. */
export interface Transitions {
  readonly tags: number;
  readonly start: ArrayLike<number>;
  readonly end: ArrayLike<number>;
  /** `between[from * tags + to]`. */
  readonly between: ArrayLike<number>;
}

/** The tag sequence of the highest score, by Viterbi's algorithm; `scores` has `tags` numbers a token. */
export function viterbi(scores: Float32Array, { tags, start, end, between }: Transitions): Int32Array {
  const length = scores.length / tags;
  const path = new Int32Array(length);
  if (length === 0) return path;
  const from = new Int32Array(length * tags);
  let best = Float64Array.from({ length: tags }, (_, tag) => start[tag] + scores[tag]);
  for (let token = 1; token < length; token++) {
    const next = new Float64Array(tags);
    for (let to = 0; to < tags; to++) {
      let chosen = 0;
      let top = Number.NEGATIVE_INFINITY;
      for (let tag = 0; tag < tags; tag++) {
        const score = best[tag] + between[tag * tags + to];
        if (score > top) [top, chosen] = [score, tag];
      }
      next[to] = top + scores[token * tags + to];
      from[token * tags + to] = chosen;
    }
    best = next;
  }
  let last = 0;
  for (let tag = 1; tag < tags; tag++) if (best[tag] + end[tag] > best[last] + end[last]) last = tag;
  for (let token = length - 1; token >= 0; token--) {
    path[token] = last;
    last = from[token * tags + last];
  }
  return path;
}
