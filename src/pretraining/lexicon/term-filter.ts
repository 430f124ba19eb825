import { createRandom, shuffle } from '../../ground/random.ts';
import { scramble } from '../../text/hashing.ts';

const BUCKETS = 1 << 17;
const DIMENSION = 16;
const EPOCHS = 8;
const RATE = 0.5;
const SHORTEST = 1;
const LONGEST = 3;
/** Every so manieth word is kept aside to measure on. */
const HELD_OUT = 10;

/** Says how likely a word belongs to the domain. */
export interface TermFilter {
  /** 0 to 1. */
  score(word: string): number;
  /** Area under the ROC curve on words that were kept aside; NaN where there were too few. */
  readonly heldOutAuc: number;
}

/**
 * A classifier in the manner of fastText (Joulin et al. 2016): vectors of hashed character n-grams (1 to 3, with
 * the ends of the word marked), averaged, then logistic regression, both learnt together by SGD.
 * `others` may well hold some words of the domain: what both classes share is outvoted. Classes weigh the same.
 */
export function trainTermFilter(
  terms: readonly string[],
  others: readonly string[],
  seed: number,
): TermFilter {
  const random = createRandom(seed, 'term filter');
  const vectors = Float32Array.from({ length: BUCKETS * DIMENSION }, () => (random.next() - 0.5) / DIMENSION);
  const weights = new Float32Array(DIMENSION);
  let bias = 0;
  const hidden = new Float32Array(DIMENSION);
  const buckets = new Int32Array(1 << 10);

  const project = (word: string): number => {
    const count = ngramBuckets(word, buckets);
    hidden.fill(0);
    for (let i = 0; i < count; i++) {
      for (let k = 0, at = buckets[i] * DIMENSION; k < DIMENSION; k++) hidden[k] += vectors[at + k];
    }
    let sum = bias;
    for (let k = 0; k < DIMENSION; k++) {
      hidden[k] /= count;
      sum += hidden[k] * weights[k];
    }
    return 1 / (1 + Math.exp(-sum));
  };
  const learn = (word: string, label: number, rate: number): void => {
    const error = (label - project(word)) * rate;
    const count = ngramBuckets(word, buckets);
    for (let i = 0; i < count; i++) {
      for (let k = 0, at = buckets[i] * DIMENSION; k < DIMENSION; k++)
        vectors[at + k] += (error * weights[k]) / count;
    }
    for (let k = 0; k < DIMENSION; k++) weights[k] += error * hidden[k];
    bias += error;
  };
  // Vectors and weights that are all near zero would stay there: begin with weights of both signs.
  for (let k = 0; k < DIMENSION; k++) weights[k] = k % 2 === 0 ? 1 : -1;

  const known = [
    ...terms.map((word, i) => ({ word, label: 1, heldOut: i % HELD_OUT === HELD_OUT - 1 })),
    ...others.map((word, i) => ({ word, label: 0, heldOut: i % HELD_OUT === HELD_OUT - 1 })),
  ].filter(({ word }) => word !== '');
  const taught = known.filter(({ heldOut }) => !heldOut);
  const balance = (label: number): number => {
    const own = taught.filter((item) => item.label === label).length;
    return own === 0 ? 0 : taught.length / (2 * own);
  };
  const weightOf = [balance(0), balance(1)];
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    shuffle(taught, random);
    for (const [i, { word, label }] of taught.entries()) {
      learn(word, label, RATE * weightOf[label] * (1 - (epoch + i / taught.length) / EPOCHS));
    }
  }
  const judged = known
    .filter(({ heldOut }) => heldOut)
    .map(({ word, label }) => ({ label, score: project(word) }));
  return { score: (word) => (word === '' ? 0 : project(word)), heldOutAuc: areaUnderCurve(judged) };
}

/** Buckets of the n-grams of `<word>`; returns how many. */
function ngramBuckets(word: string, buckets: Int32Array): number {
  const marked = `<${word}>`;
  let count = 0;
  for (let from = 0; from < marked.length; from++) {
    let hash = 0x811c9dc5;
    for (let length = 1; length <= LONGEST && from + length <= marked.length; length++) {
      hash = Math.imul(hash ^ marked.charCodeAt(from + length - 1), 0x01000193);
      const isMark = length === 1 && (from === 0 || from === marked.length - 1);
      if (length >= SHORTEST && !isMark && count < buckets.length)
        buckets[count++] = scramble(hash) & (BUCKETS - 1);
    }
  }
  return count;
}

/** Chance that a positive scores above a negative, ties counting half. */
function areaUnderCurve(items: readonly { label: number; score: number }[]): number {
  const sorted = items.toSorted((a, b) => a.score - b.score);
  const positives = sorted.reduce((sum, { label }) => sum + label, 0);
  const negatives = sorted.length - positives;
  let wins = 0;
  for (let from = 0, below = 0; from < sorted.length; ) {
    let to = from;
    let own = 0;
    while (to < sorted.length && sorted[to].score === sorted[from].score) own += sorted[to++].label;
    wins += own * (below + (to - from - own) / 2);
    below += to - from - own;
    from = to;
  }
  return positives > 0 && negatives > 0 ? wins / (positives * negatives) : Number.NaN;
}
