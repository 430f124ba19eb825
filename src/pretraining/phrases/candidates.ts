import { UserError } from '../../ground/errors.ts';
import { foldUnits } from '../../text/normalise.ts';
import { longestCommonPrefixes, suffixArray } from '../../text/suffix-array.ts';

/** Stands between runs of letters and digits; no n-gram holds it. */
const BREAK = 0;

/** Folded text as one array of code units, all but letters and digits replaced by breaks. */
export interface PhraseText {
  readonly units: Uint16Array;
  /** Number of its document by code unit. */
  readonly documentOf: Int32Array;
  readonly documents: number;
  /** Code units that are no breaks. */
  readonly letters: number;
}

/**
 * Takes documents in until `limit` code units are full; about 25 bytes of memory a code unit are needed later.
 * Throws a UserError (`corpus-empty`) where there is no letter at all.
 */
export async function gatherText(
  documents: AsyncIterable<readonly string[]>,
  limit: number,
): Promise<PhraseText> {
  let units = new Uint16Array(1 << 16);
  const ends: number[] = [];
  let size = 0;
  let letters = 0;
  for await (const sentences of documents) {
    const length = sentences.reduce((sum, sentence) => sum + sentence.length + 1, 0);
    if (size + length > limit) break;
    if (size + length + 1 > units.length) {
      const larger = new Uint16Array(Math.max(units.length * 2, size + length + 1));
      larger.set(units);
      units = larger;
    }
    for (const sentence of sentences) {
      const folded = foldUnits(sentence);
      units[size++] = BREAK;
      for (let i = 0; i < folded.length; i++) {
        const unit = folded.charCodeAt(i);
        if (isLetter(unit)) letters++;
        units[size++] = isLetter(unit) ? unit : BREAK;
      }
    }
    ends.push(size);
  }
  units[size++] = BREAK;
  if (letters === 0) {
    throw new UserError('corpus-empty', 'The corpus has no text', {
      hint: 'Give a corpus with Chinese sentences.',
    });
  }
  const documentOf = new Int32Array(size);
  ends.forEach((end, document) => {
    documentOf.fill(document, document === 0 ? 0 : ends[document - 1], end);
  });
  return { units: units.slice(0, size), documentOf, documents: ends.length, letters };
}

const kinds = new Uint8Array(0x10000);
/** Letters, digits and surrogates; asked once a code unit. */
function isLetter(unit: number): boolean {
  if (kinds[unit] === 0) kinds[unit] = /[\p{L}\p{N}\p{Cs}]/u.test(String.fromCharCode(unit)) ? 1 : 2;
  return kinds[unit] === 1;
}

/** A frequent n-gram; entropies in nats. */
export interface Candidate {
  readonly text: string;
  readonly count: number;
  /** Documents it occurs in. */
  readonly documents: number;
  /** Least pointwise mutual information over all ways to cut it in two. */
  readonly pmi: number;
  readonly leftEntropy: number;
  readonly rightEntropy: number;
  /** Share of occurrences with a break at the left, and at the right. */
  readonly leftBreaks: number;
  readonly rightBreaks: number;
  /** Share of occurrences that cut a Latin word or a number at either end. */
  readonly insideWord: number;
  /** Largest share of its occurrences that one longer n-gram accounts for. */
  absorbed: number;
}

export interface CandidateOptions {
  readonly minCount: number;
  /** In code units. */
  readonly longest: number;
}

const isAlphanumeric = (unit: number): boolean =>
  (unit >= 0x30 && unit <= 0x39) || (unit >= 0x61 && unit <= 0x7a);

/** All n-grams of two code units or more that occur `minCount` times, from the suffix array. */
export function frequentNgrams(text: PhraseText, { minCount, longest }: CandidateOptions): Candidate[] {
  const { units, letters } = text;
  const array = suffixArray(units);
  const lcp = longestCommonPrefixes(units, array);
  /** Letters from here to the next break, at most `longest`. */
  const reach = new Uint8Array(units.length);
  for (let i = units.length - 2; i >= 0; i--) {
    if (units[i] !== BREAK) reach[i] = Math.min(longest, reach[i + 1] + 1);
  }
  const counts = new Map<string, number>();
  const found = new Map<string, Candidate>();
  const left = createTally();
  const right = createTally();
  const lastDocument = new Int32Array(text.documents).fill(-1);
  let stamp = 0;
  const candidates: Candidate[] = [];

  /** Suffixes `from` to `to` of the array begin with the same `length` units. */
  const examine = (from: number, to: number, length: number): void => {
    const first = array[from];
    if (reach[first] < length || isBrokenPair(units, first, length)) return;
    const gram = String.fromCharCode.apply(
      null,
      units.subarray(first, first + length) as unknown as number[],
    );
    const count = to - from;
    counts.set(gram, count);
    if (length === 1) return;
    left.clear();
    right.clear();
    stamp++;
    let documents = 0;
    let inside = 0;
    const startsWord = isAlphanumeric(units[first]);
    const endsWord = isAlphanumeric(units[first + length - 1]);
    for (let i = from; i < to; i++) {
      const at = array[i];
      const [before, after] = [units[at - 1], units[at + length]];
      left.add(before);
      right.add(after);
      if ((startsWord && isAlphanumeric(before)) || (endsWord && isAlphanumeric(after))) inside++;
      const document = text.documentOf[at];
      if (lastDocument[document] !== stamp) {
        lastDocument[document] = stamp;
        documents++;
      }
    }
    let pmi = Number.POSITIVE_INFINITY;
    for (let cut = 1; cut < length; cut++) {
      const [a, b] = [counts.get(gram.slice(0, cut)), counts.get(gram.slice(cut))];
      // Halves of a character beyond the basic plane are no n-grams.
      if (a !== undefined && b !== undefined) pmi = Math.min(pmi, Math.log((count * letters) / (a * b)));
    }
    const candidate: Candidate = {
      text: gram,
      count,
      documents,
      pmi: Number.isFinite(pmi) ? pmi : 0,
      leftEntropy: left.entropy(count),
      rightEntropy: right.entropy(count),
      leftBreaks: left.breaks / count,
      rightBreaks: right.breaks / count,
      insideWord: inside / count,
      absorbed: 0,
    };
    candidates.push(candidate);
    found.set(gram, candidate);
    for (const part of [gram.slice(1), gram.slice(0, -1)]) {
      const shorter = found.get(part);
      if (shorter) shorter.absorbed = Math.max(shorter.absorbed, count / shorter.count);
    }
  };

  for (let length = 1; length <= longest; length++) {
    for (let from = 0; from < array.length; ) {
      let to = from + 1;
      while (to < array.length && lcp[to] >= length) to++;
      if (to - from >= minCount) examine(from, to, length);
      from = to;
    }
  }
  return candidates;
}

/** Whether an n-gram begins or ends within a surrogate pair. */
const isBrokenPair = (units: Uint16Array, first: number, length: number): boolean =>
  units[first] >> 10 === 0x37 || units[first + length - 1] >> 10 === 0x36;

/** Counts of neighbours; breaks are neighbours that all differ. */
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
