/**
 * The suffix array of numbers or of the UTF-16 code units of a text: `array[i]` is where the i-th smallest
 * suffix begins; a suffix that is a prefix of another comes first. Linear time (SA-IS: Nong, Zhang, Chan 2009),
 * about 17 bytes a unit while it runs.
 */
export function suffixArray(units: Uint16Array): Int32Array<ArrayBuffer> {
  return induceSort(Int32Array.from(units), 0xffff);
}

/** What sorting suffixes needs to know about them. */
interface Suffixes {
  readonly units: Int32Array;
  /** 1 where a suffix is of type S: smaller than the one after it. Else it is of type L, as the last one is. */
  readonly smaller: Uint8Array;
  /** First place in the suffix array of a value's L-type and of its S-type suffixes. */
  readonly startL: Int32Array;
  readonly startS: Int32Array;
}

/** SA-IS. `largest` bounds the values, which are not negative. */
function induceSort(units: Int32Array, largest: number): Int32Array<ArrayBuffer> {
  const n = units.length;
  const array = new Int32Array(n);
  if (n < 2) return array;
  const suffixes = classify(units, largest);
  const { smaller } = suffixes;
  const isLeftmost = (i: number): boolean => i > 0 && smaller[i] === 1 && smaller[i - 1] === 0;
  const rankOf = new Int32Array(n + 1).fill(-1);
  let count = 0;
  for (let i = 1; i < n; i++) if (isLeftmost(i)) rankOf[i] = count++;
  const leftmost = new Int32Array(count);
  for (let i = 1, k = 0; i < n; i++) if (isLeftmost(i)) leftmost[k++] = i;
  induce(suffixes, leftmost, array);
  if (count === 0) return array;

  // Name the pieces between leftmost S suffixes in the order found; equal pieces share a name.
  const sorted = new Int32Array(count);
  for (let i = 0, k = 0; i < n; i++) if (rankOf[array[i]] >= 0) sorted[k++] = array[i];
  const names = new Int32Array(count);
  let name = 0;
  for (let k = 1; k < count; k++) {
    if (!samePiece(units, leftmost, rankOf, sorted[k - 1], sorted[k])) name++;
    names[rankOf[sorted[k]]] = name;
  }
  const inner = induceSort(names, name);
  for (let k = 0; k < count; k++) sorted[k] = leftmost[inner[k]];
  induce(suffixes, sorted, array);
  return array;
}

function classify(units: Int32Array, largest: number): Suffixes {
  const n = units.length;
  const smaller = new Uint8Array(n);
  for (let i = n - 2; i >= 0; i--) {
    smaller[i] = units[i] === units[i + 1] ? smaller[i + 1] : units[i] < units[i + 1] ? 1 : 0;
  }
  const startL = new Int32Array(largest + 2);
  const startS = new Int32Array(largest + 2);
  for (let i = 0; i < n; i++) {
    if (smaller[i]) startL[units[i] + 1]++;
    else startS[units[i]]++;
  }
  for (let value = 0; value <= largest; value++) {
    startS[value] += startL[value];
    startL[value + 1] += startS[value];
  }
  return { units, smaller, startL, startS };
}

/** Writes into `array` the order of all suffixes that follows from that of the leftmost S suffixes. */
function induce({ units, smaller, startL, startS }: Suffixes, leftmost: Int32Array, array: Int32Array): void {
  const n = units.length;
  array.fill(-1);
  const next = startS.slice();
  for (let k = 0; k < leftmost.length; k++) {
    if (leftmost[k] !== n) array[next[units[leftmost[k]]]++] = leftmost[k];
  }
  next.set(startL);
  array[next[units[n - 1]]++] = n - 1;
  for (let i = 0; i < n; i++) {
    const at = array[i];
    if (at >= 1 && smaller[at - 1] === 0) array[next[units[at - 1]]++] = at - 1;
  }
  next.set(startL);
  for (let i = n - 1; i >= 0; i--) {
    const at = array[i];
    if (at >= 1 && smaller[at - 1] === 1) array[--next[units[at - 1] + 1]] = at - 1;
  }
}

/** Whether the pieces that begin at `a` and `b` and end at the next leftmost S suffix are equal. */
function samePiece(
  units: Int32Array,
  leftmost: Int32Array,
  rankOf: Int32Array,
  a: number,
  b: number,
): boolean {
  const n = units.length;
  const endOf = (at: number): number => (rankOf[at] + 1 < leftmost.length ? leftmost[rankOf[at] + 1] : n);
  const end = endOf(a);
  if (end - a !== endOf(b) - b) return false;
  let i = a;
  let j = b;
  while (i < end && units[i] === units[j]) {
    i++;
    j++;
  }
  return i === end && i < n && j < n && units[i] === units[j];
}

/**
 * `lcp[i]`: how many units the suffixes `array[i - 1]` and `array[i]` have in common, `lcp[0]` = 0.
 * Linear time (Kärkkäinen, Manzini, Puglisi 2009).
 */
export function longestCommonPrefixes(units: Uint16Array, array: Int32Array): Int32Array<ArrayBuffer> {
  const n = units.length;
  const before = new Int32Array(n);
  for (let i = 0; i < n; i++) before[array[i]] = i === 0 ? -1 : array[i - 1];
  for (let at = 0, length = 0; at < n; at++) {
    const other = before[at];
    if (other < 0) length = 0;
    else
      while (at + length < n && other + length < n && units[at + length] === units[other + length]) length++;
    before[at] = length;
    if (length > 0) length--;
  }
  const lcp = new Int32Array(n);
  for (let i = 0; i < n; i++) lcp[i] = before[array[i]];
  return lcp;
}

/** The UTF-16 code units of a text. */
export function unitsOf(text: string): Uint16Array<ArrayBuffer> {
  const units = new Uint16Array(text.length);
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
  return units;
}
