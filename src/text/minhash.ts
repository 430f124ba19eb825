import { createRandom } from '../ground/random.ts';
import { scramble } from './hashing.ts';
import { jaccard, shinglesOf } from './shingles.ts';

/** How alike texts are looked for by locality-sensitive hashing of MinHash signatures (Broder 1997). */
export interface SketchOptions {
  /** Jaccard similarity of the shingles from which two texts count as near duplicates. */
  readonly threshold: number;
  /** Code units a shingle, 1 to 3. */
  readonly shingle: number;
  readonly seed: number;
}

export const SKETCH_DEFAULTS: SketchOptions = { threshold: 0.8, shingle: 3, seed: 0 };

/** Share of pairs exactly at the threshold that may be overlooked; more alike pairs are overlooked far more rarely. */
const OVERLOOKED = 0.002;
const HASHES = 64;
const BLOCK_BITS = 12;
const BLOCK = 1 << BLOCK_BITS;

/** Band hashes of texts, added one by one: 4 bytes a band and text. */
export interface Sketches {
  readonly bands: number;
  /** Hashes of every band that must agree. */
  readonly rows: number;
  /** Sketches a text by its `packRuns` or `shinglesOf`; returns its number, counted from 0. */
  add(shingles: Float64Array): number;
  readonly size: number;
  /**
   * Calls `visit` for every band and every set of two or more texts that agree in it, numbers ascending:
   * the pairs to verify. The array is only lent.
   */
  eachBucket(visit: (members: Uint32Array) => void): void;
}

/** As many rows a band as the threshold allows: fewer candidates, and no more overlooked than said above. */
export function bandsFor(threshold: number): { bands: number; rows: number } {
  for (const rows of [8, 6, 5, 4, 3, 2]) {
    const bands = Math.floor(HASHES / rows);
    if ((1 - threshold ** rows) ** bands <= OVERLOOKED) return { bands, rows };
  }
  return { bands: HASHES, rows: 1 };
}

/** An empty collection of sketches. Texts without shingles are never candidates. */
export function createSketches({ threshold, seed }: SketchOptions): Sketches {
  const { bands, rows } = bandsFor(threshold);
  const random = createRandom(seed, 'minhash');
  const multipliers = Int32Array.from({ length: bands * rows }, () => random.below(0x100000000) | 1);
  const offsets = Int32Array.from({ length: bands * rows }, () => random.below(0x100000000) | 0);
  const minima = new Uint32Array(bands * rows);
  /** Blocks, not one growing array: nothing is ever copied or held twice. */
  const hashes: Uint32Array[] = [];
  const empty: Uint8Array[] = [];
  let size = 0;
  return {
    bands,
    rows,
    get size() {
      return size;
    },
    add(shingles) {
      const place = size & (BLOCK - 1);
      if (place === 0) {
        hashes.push(new Uint32Array(BLOCK * bands));
        empty.push(new Uint8Array(BLOCK));
      }
      minima.fill(0xffffffff);
      for (let i = 0; i < shingles.length; i++) {
        const key = mix(shingles[i]);
        for (let k = 0; k < minima.length; k++) {
          const value = (Math.imul(key, multipliers[k]) + offsets[k]) >>> 0;
          if (value < minima[k]) minima[k] = value;
        }
      }
      for (let band = 0, k = 0; band < bands; band++) {
        let hash = band;
        for (let row = 0; row < rows; row++, k++) hash = scramble(Math.imul(hash, 0x9e3779b1) ^ minima[k]);
        hashes[hashes.length - 1][place * bands + band] = hash;
      }
      empty[empty.length - 1][place] = shingles.length === 0 ? 1 : 0;
      return size++;
    },
    eachBucket(visit) {
      const keys = new Uint32Array(size);
      for (let band = 0; band < bands; band++) {
        for (let i = 0; i < size; i++) keys[i] = hashes[i >> BLOCK_BITS][(i & (BLOCK - 1)) * bands + band];
        const order = sortedOrder(keys);
        for (let from = 0; from < size; ) {
          let to = from + 1;
          while (to < size && keys[order[to]] === keys[order[from]]) to++;
          if (to - from > 1) {
            const members = order
              .subarray(from, to)
              .filter((i) => empty[i >> BLOCK_BITS][i & (BLOCK - 1)] === 0);
            if (members.length > 1) visit(members);
          }
          from = to;
        }
      }
    },
  };
}

/** 32 well-mixed bits of a shingle of up to 48. */
const mix = (shingle: number): number =>
  scramble((shingle >>> 0) ^ Math.imul(Math.floor(shingle / 0x100000000), 0x9e3779b1));

/** The indices of keys in order of the keys; equal keys keep their order (radix sort). */
function sortedOrder(keys: Uint32Array): Uint32Array<ArrayBuffer> {
  let order = Uint32Array.from(keys, (_, i) => i);
  let other = new Uint32Array(keys.length);
  for (const shift of [0, 16]) {
    const next = new Uint32Array(0x10001);
    for (let i = 0; i < keys.length; i++) next[((keys[i] >>> shift) & 0xffff) + 1]++;
    for (let digit = 0; digit < 0x10000; digit++) next[digit + 1] += next[digit];
    for (let i = 0; i < order.length; i++) other[next[(keys[order[i]] >>> shift) & 0xffff]++] = order[i];
    [order, other] = [other, order];
  }
  return order;
}

/** Two texts and the exact Jaccard similarity of their shingles. */
export interface Pair {
  readonly a: number;
  readonly b: number;
  readonly similarity: number;
}

/** Which texts say the same; a text is known by its index. */
export interface Duplicates {
  /** Groups of two or more equal texts, members ascending. */
  readonly exact: readonly (readonly number[])[];
  /** Groups of two or more texts joined by equality or by a verified pair, members ascending. */
  readonly near: readonly (readonly number[])[];
  /** Verified pairs of different texts, each text by its first occurrence; by `a`, then `b`. */
  readonly pairs: readonly Pair[];
}

/**
 * Exact and near duplicates among texts. Compare the form that suits: `comparisonForm` of `normalise.ts`
 * ignores punctuation and width. Candidates come from MinHash, each is verified on all its shingles;
 * of the pairs right at the threshold about 0.2 % may be overlooked.
 */
export function findDuplicates(texts: readonly string[], choices: Partial<SketchOptions> = {}): Duplicates {
  const options = { ...SKETCH_DEFAULTS, ...choices };
  const firstOf = new Map<string, number>();
  const leader = texts.map((text, i) => {
    const first = firstOf.get(text);
    if (first === undefined) firstOf.set(text, i);
    return first ?? i;
  });
  const exact = groupsOf(leader);
  const distinct = [...firstOf.values()];
  const sketches = createSketches(options);
  const shingles = distinct.map((i) => shinglesOf(texts[i], options.shingle));
  for (const set of shingles) sketches.add(set);
  const compared = new Set<number>();
  const pairs: Pair[] = [];
  sketches.eachBucket((members) => {
    for (let j = 1; j < members.length; j++) {
      for (let i = 0; i < j; i++) {
        const key = members[j] * distinct.length + members[i];
        if (compared.has(key)) continue;
        compared.add(key);
        const similarity = jaccard(shingles[members[i]], shingles[members[j]]);
        if (similarity < options.threshold) continue;
        const [a, b] = [distinct[members[i]], distinct[members[j]]];
        pairs.push({ a, b, similarity });
        join(leader, a, b);
      }
    }
  });
  pairs.sort((x, y) => x.a - y.a || x.b - y.b);
  return { exact, near: groupsOf(leader), pairs };
}

const leaderOf = (leader: number[], i: number): number => {
  let at = i;
  while (leader[at] !== at) {
    leader[at] = leader[leader[at]];
    at = leader[at];
  }
  return at;
};

/** The smaller index leads, so that groups do not depend on the order of pairs. */
function join(leader: number[], a: number, b: number): void {
  const [x, y] = [leaderOf(leader, a), leaderOf(leader, b)];
  leader[Math.max(x, y)] = Math.min(x, y);
}

function groupsOf(leader: number[]): number[][] {
  const groups = new Map<number, number[]>();
  for (let i = 0; i < leader.length; i++) {
    const first = leaderOf(leader, i);
    const group = groups.get(first);
    if (group) group.push(i);
    else groups.set(first, [i]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}
