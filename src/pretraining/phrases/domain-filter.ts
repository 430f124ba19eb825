import { createRandom, type Random, shuffle } from '../../ground/random.ts';
import { scramble } from '../../text/hashing.ts';

const BUCKETS = 1 << 17;
const DIMENSION = 16;
const EPOCHS = 8;
const LEARNING_RATE = 0.5;
/** Longest n-gram. */
const MAX_NGRAM = 3;
/** Every n-th word is held out for evaluation. */
const HELD_OUT_EVERY = 10;

/** Estimates how likely a word belongs to the domain. */
export interface DomainFilter {
  /** 0 to 1. */
  score(word: string): number;
  /** Area under the ROC curve on held-out words; NaN if there were too few. */
  readonly heldOutAuc: number;
}

interface Labelled {
  readonly word: string;
  readonly label: 0 | 1;
  readonly heldOut: boolean;
}

/**
 * A classifier in the manner of fastText (Joulin et al. 2016): vectors of hashed character n-grams (1 to 3, the ends of
 * the word marked), averaged, then logistic regression, trained jointly by SGD. `others` may contain some words of the
 * domain: what both classes share is outvoted. Classes weigh the same.
 */
export function trainDomainFilter(
  terms: readonly string[],
  others: readonly string[],
  seed: number,
): DomainFilter {
  const random = createRandom(seed, 'term filter');
  const { probability, update } = createClassifier(random);
  const words = [...label(terms, 1), ...label(others, 0)].filter(({ word }) => word !== '');
  const training = words.filter(({ heldOut }) => !heldOut);
  const weightOf = [classWeight(training, 0), classWeight(training, 1)];
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    shuffle(training, random);
    for (const [i, { word, label }] of training.entries()) {
      const left = 1 - (epoch + i / training.length) / EPOCHS;
      update(word, label, LEARNING_RATE * weightOf[label] * left);
    }
  }
  const judged = words
    .filter(({ heldOut }) => heldOut)
    .map(({ word, label }) => ({ label, score: probability(word) }));
  return { score: (word) => (word === '' ? 0 : probability(word)), heldOutAuc: areaUnderCurve(judged) };
}

const label = (words: readonly string[], label: 0 | 1): Labelled[] =>
  words.map((word, i) => ({ word, label, heldOut: i % HELD_OUT_EVERY === HELD_OUT_EVERY - 1 }));

/** The weight with which both classes count the same. */
function classWeight(training: readonly Labelled[], label: 0 | 1): number {
  const own = training.filter((item) => item.label === label).length;
  return own === 0 ? 0 : training.length / (2 * own);
}

function createClassifier(random: Random) {
  const vectors = Float32Array.from({ length: BUCKETS * DIMENSION }, () => (random.next() - 0.5) / DIMENSION);
  // Near zero, vectors and weights would both stay there: weights start with both signs.
  const weights = Float32Array.from({ length: DIMENSION }, (_, k) => (k % 2 === 0 ? 1 : -1));
  let bias = 0;
  const hidden = new Float32Array(DIMENSION);
  const buckets = new Int32Array(1 << 10);

  const probability = (word: string): number => {
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
  const update = (word: string, label: number, learningRate: number): void => {
    const error = (label - probability(word)) * learningRate;
    const count = ngramBuckets(word, buckets);
    for (let i = 0; i < count; i++) {
      for (let k = 0, at = buckets[i] * DIMENSION; k < DIMENSION; k++)
        vectors[at + k] += (error * weights[k]) / count;
    }
    for (let k = 0; k < DIMENSION; k++) weights[k] += error * hidden[k];
    bias += error;
  };
  return { probability, update };
}

/** Writes the buckets of the n-grams of `<word>`; returns their number. */
function ngramBuckets(word: string, buckets: Int32Array): number {
  const marked = `<${word}>`;
  let count = 0;
  for (let from = 0; from < marked.length; from++) {
    let hash = 0x811c9dc5;
    for (let length = 1; length <= MAX_NGRAM && from + length <= marked.length; length++) {
      hash = Math.imul(hash ^ marked.charCodeAt(from + length - 1), 0x01000193);
      const isMark = length === 1 && (from === 0 || from === marked.length - 1);
      if (!isMark && count < buckets.length) buckets[count++] = scramble(hash) & (BUCKETS - 1);
    }
  }
  return count;
}

/** Probability that a positive scores above a negative, ties counting half. */
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
