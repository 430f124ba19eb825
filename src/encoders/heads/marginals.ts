/** Scores of what follows what; -Infinity forbids it. */
export interface Transitions {
  readonly tags: number;
  readonly start: ArrayLike<number>;
  readonly end: ArrayLike<number>;
  /** `between[from * tags + to]`. */
  readonly between: ArrayLike<number>;
}

/** A span of tokens, `last` inclusive, with its probability under a chain of tags. */
export interface LikelySpan {
  readonly type: number;
  readonly first: number;
  readonly last: number;
  readonly probability: number;
}

/**
 * The spans of a chain of tags (0 is O, 1 + k begins type k, 1 + types + k continues it) of at least this probability:
 * sums over all sequences of tags (forward–backward, Rabiner 1989), scaled to sum to 1 at every token.
 */
export function likelySpans(scores: Float32Array, chain: Transitions, least: number): LikelySpan[] {
  const { tags } = chain;
  if (scores.length === 0) return [];
  const weighted: Weighted = {
    tags,
    length: scores.length / tags,
    starts: Float64Array.from(chain.start, Math.exp),
    ends: Float64Array.from(chain.end, Math.exp),
    between: Float64Array.from(chain.between, Math.exp),
    weights: Float64Array.from(scores, (score, i) => {
      const token = i - (i % tags);
      return Math.exp(score - Math.max(...scores.subarray(token, token + tags)));
    }),
  };
  const { forward, scale } = sumForward(weighted);
  const backward = sumBackward(weighted, scale);
  return readSpans(weighted, { forward, backward, scale }, least);
}

/** A chain and its scores as factors: exponentials, those of a token up to one that it has in common. */
interface Weighted {
  readonly tags: number;
  /** In tokens. */
  readonly length: number;
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  /** `between[from * tags + to]`. */
  readonly between: Float64Array;
  /** `weights[token * tags + tag]`. */
  readonly weights: Float64Array;
}

/** Sums over all that comes before a token and a tag, which add up to 1 per token, and by what each was divided. */
function sumForward({ tags, length, starts, between, weights }: Weighted) {
  const forward = new Float64Array(length * tags);
  const scale = new Float64Array(length);
  for (let token = 0; token < length; token++) {
    const [here, before] = [token * tags, (token - 1) * tags];
    for (let to = 0; to < tags; to++) {
      let sum = token === 0 ? starts[to] : 0;
      if (token > 0)
        for (let from = 0; from < tags; from++) sum += forward[before + from] * between[from * tags + to];
      forward[here + to] = sum * weights[here + to];
      scale[token] += forward[here + to];
    }
    for (let to = 0; to < tags; to++) forward[here + to] /= scale[token];
  }
  return { forward, scale };
}

/** Sums over all that comes after a token and a tag, divided like the forward ones. */
function sumBackward({ tags, length, ends, between, weights }: Weighted, scale: Float64Array): Float64Array {
  const backward = new Float64Array(length * tags);
  backward.set(ends, (length - 1) * tags);
  for (let token = length - 2; token >= 0; token--) {
    const [here, after] = [token * tags, (token + 1) * tags];
    for (let from = 0; from < tags; from++) {
      let sum = 0;
      for (let to = 0; to < tags; to++)
        sum += between[from * tags + to] * weights[after + to] * backward[after + to];
      backward[here + from] = sum / scale[token + 1];
    }
  }
  return backward;
}

interface Sums {
  readonly forward: Float64Array;
  readonly backward: Float64Array;
  readonly scale: Float64Array;
}

/** Extends from each token and type as long as a span of that length is likely enough. */
function readSpans(
  { tags, length, ends, between, weights }: Weighted,
  { forward, backward, scale }: Sums,
  least: number,
): LikelySpan[] {
  const types = (tags - 1) / 2;
  const at = (token: number): number => token * tags;
  const total = ends.reduce((sum, end, tag) => sum + forward[at(length - 1) + tag] * end, 0);
  const spans: LikelySpan[] = [];
  for (let first = 0; first < length; first++) {
    for (let type = 0; type < types; type++) {
      const inside = 1 + types + type;
      let tag = 1 + type;
      let until = forward[at(first) + tag] / total;
      for (let last = first; last < length; last++) {
        if (last > first) {
          until *= (between[tag * tags + inside] * weights[at(last) + inside]) / scale[last];
          tag = inside;
        }
        const reaching = until * backward[at(last) + tag];
        if (reaching < least) break;
        const next = at(last + 1) + inside;
        const goingOn =
          last + 1 < length
            ? (until * between[tag * tags + inside] * weights[next] * backward[next]) / scale[last + 1]
            : 0;
        const probability = reaching - goingOn;
        if (probability >= least) spans.push({ type, first, last, probability });
      }
    }
  }
  return spans;
}

/**
 * Of spans that are more likely than `threshold`, those that do not overlap and whose probabilities, less `threshold` each,
 * add up to most: what is right is expected to outweigh what is wrong (after Goel & Byrne 2000, minimum Bayes risk).
 */
export function chooseSpans(spans: readonly LikelySpan[], threshold: number): LikelySpan[] {
  const order = spans
    .filter(({ probability }) => probability > threshold)
    .sort((a, b) => a.last - b.last || a.first - b.first);
  /** Best total of the first spans, by their number, and the last span that it uses. */
  const best: { gain: number; taken?: LikelySpan; rest: number }[] = [{ gain: 0, rest: 0 }];
  for (const [i, span] of order.entries()) {
    let rest = i;
    while (rest > 0 && order[rest - 1].last >= span.first) rest--;
    const gain = best[rest].gain + span.probability - threshold;
    best.push(gain > best[i].gain ? { gain, taken: span, rest } : { gain: best[i].gain, rest: i });
  }
  const chosen: LikelySpan[] = [];
  for (let i = order.length; i > 0; i = best[i].rest) {
    const { taken } = best[i];
    if (taken) chosen.unshift(taken);
  }
  return chosen;
}
