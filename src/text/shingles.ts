import { mixLong } from './hashing.ts';

/** All runs of `length` (1 to 3) code units in order, repeated ones too, packed as in `shinglesOf`. */
export function packRuns(text: string, length: number): Float64Array {
  const size = Math.min(length, text.length);
  if (size === 0) return new Float64Array(0);
  const packed = new Float64Array(text.length - size + 1);
  for (let i = 0; i < packed.length; i++) {
    let value = 0;
    for (let k = 0; k < size; k++) value = value * 0x10000 + text.charCodeAt(i + k);
    packed[i] = value;
  }
  return packed;
}

/**
 * The distinct runs of `length` (1 to 3) code units of a text, each packed into 48 bits without loss, ascending.
 * A shorter text is one run by itself; an empty one has none.
 */
export function shinglesOf(text: string, length: number): Float64Array {
  const packed = packRuns(text, length).sort();
  let kept = Math.min(1, packed.length);
  for (let i = 1; i < packed.length; i++) if (packed[i] !== packed[kept - 1]) packed[kept++] = packed[i];
  return packed.subarray(0, kept);
}

/** Counts, of distinct shingles, those that are among given runs (`packRuns`), each once. */
export function createShingleCounter(shingles: Float64Array): (runs: Float64Array) => number {
  const mask = 2 ** Math.ceil(Math.log2(2 * shingles.length + 2)) - 1;
  const keys = new Float64Array(mask + 1).fill(-1);
  /** By slot: the last round that saw it. */
  const seen = new Uint32Array(mask + 1);
  let round = 0;
  const slotOf = (shingle: number): number => {
    let slot = mixLong(shingle) & mask;
    while (keys[slot] !== shingle && keys[slot] !== -1) slot = (slot + 1) & mask;
    return slot;
  };
  for (const shingle of shingles) keys[slotOf(shingle)] = shingle;
  return (runs) => {
    round++;
    let found = 0;
    for (let i = 0; i < runs.length; i++) {
      const slot = slotOf(runs[i]);
      if (keys[slot] === -1 || seen[slot] === round) continue;
      seen[slot] = round;
      found++;
    }
    return found;
  };
}

/** What two ascending sets share: intersection over union; 1 where both are empty. */
export function jaccard(a: Float64Array, b: Float64Array): number {
  let shared = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) {
      shared++;
      i++;
      j++;
    } else if (a[i] < b[j]) i++;
    else j++;
  }
  const union = a.length + b.length - shared;
  return union === 0 ? 1 : shared / union;
}
