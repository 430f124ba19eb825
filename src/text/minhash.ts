import { createRandom } from '../ground/random.ts';
import { mixLong, scramble } from './hashing.ts';

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
/** Keys below which sorting by comparison is faster. */
const FEW_KEYS = 4096;
const BLOCK_BITS = 12;
const BLOCK = 1 << BLOCK_BITS;

/** Texts that agree in a band. */
export interface Bucket {
  readonly members: Uint32Array;
  readonly band: number;
}

/** Band hashes of texts, added one by one: 4 bytes a band and text. */
export interface Sketches {
  readonly bands: number;
  /** Hashes of every band that must agree. */
  readonly rows: number;
  /** Sketches a text by its `packRuns` or `shinglesOf`; returns its number, counted from 0. */
  add(shingles: Float64Array): number;
  /** The sketch of a text, to be added elsewhere: its band hashes, then 1 where it has no shingles, else 0. */
  sketchOf(index: number): Uint32Array;
  /** Adds a text by its sketch; returns its number. */
  addSketch(sketch: Uint32Array): number;
  readonly size: number;
  /** Every set of two or more texts that agree in a band, numbers ascending: the pairs to verify. The array is reused. */
  buckets(): Generator<Bucket>;
  /** Whether two texts agree in a band before `band`: they were together in a bucket already. */
  agreeBefore(band: number, a: number, b: number): boolean;
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
  const sketch = new Uint32Array(bands + 1);
  const store = createStore(bands);
  return {
    bands,
    rows,
    get size() {
      return store.size;
    },
    add(shingles) {
      minima.fill(0xffffffff);
      for (let i = 0; i < shingles.length; i++) {
        const key = mixLong(shingles[i]);
        for (let k = 0; k < minima.length; k++) {
          const value = (Math.imul(key, multipliers[k]) + offsets[k]) >>> 0;
          if (value < minima[k]) minima[k] = value;
        }
      }
      for (let band = 0, k = 0; band < bands; band++) {
        let hash = band;
        for (let row = 0; row < rows; row++, k++) hash = scramble(Math.imul(hash, 0x9e3779b1) ^ minima[k]);
        sketch[band] = hash;
      }
      sketch[bands] = shingles.length === 0 ? 1 : 0;
      return store.add(sketch);
    },
    sketchOf: store.sketchOf,
    addSketch: store.add,
    *buckets() {
      const keys = new Uint32Array(store.size);
      for (let band = 0; band < bands; band++) {
        store.readBand(band, keys);
        for (const run of equalRuns(keys)) {
          const members = run.filter((i) => !store.isEmpty(i));
          if (members.length > 1) yield { members, band };
        }
      }
    },
    agreeBefore: (band, a, b) => agree(store.hashesOf(a), store.hashesOf(b), band),
  };
}

/** Sketches by number, in blocks, not one growing array: nothing is ever copied or held twice. */
function createStore(bands: number) {
  const hashes: Uint32Array[] = [];
  const empty: Uint8Array[] = [];
  let size = 0;
  const hashesOf = (i: number): BandHashes => ({
    block: hashes[i >> BLOCK_BITS],
    at: (i & (BLOCK - 1)) * bands,
  });
  const isEmpty = (i: number): boolean => empty[i >> BLOCK_BITS][i & (BLOCK - 1)] === 1;
  return {
    get size() {
      return size;
    },
    hashesOf,
    isEmpty,
    /** Fills `keys` with the hash of one band of every text. */
    readBand(band: number, keys: Uint32Array): void {
      for (let i = 0; i < size; i++) keys[i] = hashes[i >> BLOCK_BITS][(i & (BLOCK - 1)) * bands + band];
    },
    sketchOf(i: number): Uint32Array {
      const { block, at } = hashesOf(i);
      return Uint32Array.of(...block.subarray(at, at + bands), Number(isEmpty(i)));
    },
    add(sketch: Uint32Array): number {
      const place = size & (BLOCK - 1);
      if (place === 0) {
        hashes.push(new Uint32Array(BLOCK * bands));
        empty.push(new Uint8Array(BLOCK));
      }
      hashes[hashes.length - 1].set(sketch.subarray(0, bands), place * bands);
      empty[empty.length - 1][place] = sketch[bands];
      return size++;
    },
  };
}

interface BandHashes {
  readonly block: Uint32Array;
  readonly at: number;
}

/** Whether two texts agree in one of their first `bands` bands. */
function agree(a: BandHashes, b: BandHashes, bands: number): boolean {
  for (let k = 0; k < bands; k++) if (a.block[a.at + k] === b.block[b.at + k]) return true;
  return false;
}

/** The indices of keys that are equal, two or more at a time, ascending. */
function* equalRuns(keys: Uint32Array): Generator<Uint32Array<ArrayBuffer>> {
  const order = sortedOrder(keys);
  for (let from = 0; from < keys.length; ) {
    let to = from + 1;
    while (to < keys.length && keys[order[to]] === keys[order[from]]) to++;
    if (to - from > 1) yield order.subarray(from, to);
    from = to;
  }
}

/** The indices of keys in order of the keys; equal keys keep their order (radix sort of many). */
function sortedOrder(keys: Uint32Array): Uint32Array<ArrayBuffer> {
  // `Uint32Array.from` would make a list of the keys first: tens of megabytes for each band of a million texts.
  let order = new Uint32Array(keys.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  if (keys.length < FEW_KEYS) return order.sort((i, j) => keys[i] - keys[j] || i - j);
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
