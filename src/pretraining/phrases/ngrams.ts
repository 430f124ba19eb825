import { longestCommonPrefixes, suffixArray } from '../../text/suffix-array.ts';
import { BREAK, type PhraseText, textOf } from './text.ts';

/** A frequent n-gram; entropies in nats. */
export interface Candidate {
  readonly text: string;
  readonly count: number;
  /** Documents that contain it. */
  readonly documents: number;
  /** Minimum pointwise mutual information over all ways to split it in two. */
  readonly pmi: number;
  readonly leftEntropy: number;
  readonly rightEntropy: number;
  /** Share of occurrences with a break on the left, and on the right. */
  readonly leftBreaks: number;
  readonly rightBreaks: number;
  /** Share of occurrences that split a Latin word or a number at either end. */
  readonly insideWord: number;
  /** Largest share of its occurrences that one longer n-gram accounts for. */
  absorbed: number;
}

export interface NgramOptions {
  readonly minCount: number;
  /** In code units. */
  readonly maxLength: number;
}

/** All n-grams of at least two code units that occur at least `minCount` times, from the suffix array. */
export function frequentNgrams(text: PhraseText, { minCount, maxLength }: NgramOptions): Candidate[] {
  const { units, letters } = text;
  const array = suffixArray(units);
  const lcp = longestCommonPrefixes(units, array);
  const reach = lettersAhead(units, maxLength);
  const counts = new Map<string, number>();
  const found = new Map<string, Candidate>();
  const measure = createMeasure(text);
  const candidates: Candidate[] = [];

  /** Suffixes `from` to `to` of the array begin with the same `length` units. */
  const examine = (from: number, to: number, length: number): void => {
    const first = array[from];
    if (reach[first] < length || splitsPair(units, first, length)) return;
    const gram = textOf(units, first, first + length);
    const count = to - from;
    counts.set(gram, count);
    if (length === 1) return;
    const context = measure(array.subarray(from, to), length);
    const candidate: Candidate = {
      text: gram,
      count,
      ...context,
      pmi: weakestSplit(gram, count, letters, counts),
      absorbed: 0,
    };
    candidates.push(candidate);
    found.set(gram, candidate);
    for (const part of [gram.slice(1), gram.slice(0, -1)]) {
      const shorter = found.get(part);
      if (shorter) shorter.absorbed = Math.max(shorter.absorbed, count / shorter.count);
    }
  };

  for (let length = 1; length <= maxLength; length++) {
    for (let from = 0; from < array.length; ) {
      let to = from + 1;
      while (to < array.length && lcp[to] >= length) to++;
      if (to - from >= minCount) examine(from, to, length);
      from = to;
    }
  }
  return candidates;
}

/** Letters from each position to the next break, at most `maxLength`. */
function lettersAhead(units: Uint16Array, maxLength: number): Uint8Array {
  const reach = new Uint8Array(units.length);
  for (let i = units.length - 2; i >= 0; i--) {
    if (units[i] !== BREAK) reach[i] = Math.min(maxLength, reach[i + 1] + 1);
  }
  return reach;
}

/** Whether an n-gram begins or ends within a surrogate pair. */
const splitsPair = (units: Uint16Array, first: number, length: number): boolean =>
  units[first] >> 10 === 0x37 || units[first + length - 1] >> 10 === 0x36;

/** Pointwise mutual information of the split at which the two parts attract each other least; 0 where there is none. */
function weakestSplit(
  gram: string,
  count: number,
  letters: number,
  counts: ReadonlyMap<string, number>,
): number {
  let pmi = Number.POSITIVE_INFINITY;
  for (let cut = 1; cut < gram.length; cut++) {
    const [a, b] = [counts.get(gram.slice(0, cut)), counts.get(gram.slice(cut))];
    // Halves of a character beyond the basic plane are no n-grams.
    if (a !== undefined && b !== undefined) pmi = Math.min(pmi, Math.log((count * letters) / (a * b)));
  }
  return Number.isFinite(pmi) ? pmi : 0;
}

const isAlphanumeric = (unit: number): boolean =>
  (unit >= 0x30 && unit <= 0x39) || (unit >= 0x61 && unit <= 0x7a);

/** Measures the context of an n-gram of `length` units at all of its positions. */
function createMeasure({ units, documentOf, documents: total }: PhraseText) {
  const left = createTally();
  const right = createTally();
  const lastSeen = new Int32Array(total).fill(-1);
  let stamp = 0;
  return (positions: Int32Array, length: number) => {
    left.clear();
    right.clear();
    stamp++;
    let documents = 0;
    let inside = 0;
    const count = positions.length;
    const startsWord = isAlphanumeric(units[positions[0]]);
    const endsWord = isAlphanumeric(units[positions[0] + length - 1]);
    for (const at of positions) {
      const [before, after] = [units[at - 1], units[at + length]];
      left.add(before);
      right.add(after);
      if ((startsWord && isAlphanumeric(before)) || (endsWord && isAlphanumeric(after))) inside++;
      const document = documentOf[at];
      if (lastSeen[document] !== stamp) {
        lastSeen[document] = stamp;
        documents++;
      }
    }
    return {
      documents,
      leftEntropy: left.entropy(count),
      rightEntropy: right.entropy(count),
      leftBreaks: left.breaks / count,
      rightBreaks: right.breaks / count,
      insideWord: inside / count,
    };
  };
}

/** Counts of neighbours; every break counts as a different neighbour. */
function createTally() {
  const counts = new Int32Array(0x10000);
  let touched: number[] = [];
  let breaks = 0;
  return {
    get breaks() {
      return breaks;
    },
    clear() {
      for (const unit of touched) counts[unit] = 0;
      touched = [];
      breaks = 0;
    },
    add(unit: number) {
      if (unit === BREAK) breaks++;
      else if (counts[unit]++ === 0) touched.push(unit);
    },
    entropy(total: number): number {
      let sum = (breaks / total) * Math.log(total);
      for (const unit of touched) sum -= (counts[unit] / total) * Math.log(counts[unit] / total);
      return sum;
    },
  };
}
