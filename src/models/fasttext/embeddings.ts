import { createRandom, shuffle } from '../../ground/random.ts';
import { type Rows, rowCount } from '../shared/features/rows.ts';

/** Averages of vectors of features, and a linear classifier over them. */
export interface Embeddings {
  readonly dim: number;
  readonly outputs: number;
  readonly link: 'softmax' | 'sigmoid';
  /** `dim` numbers a column, and after the last column those of the feature that every text has. */
  readonly vectors: Float32Array;
  /** `dim` numbers an output. */
  readonly heads: Float32Array;
}

export interface EmbeddingProblem {
  /** Which features a text has; their values do not matter. */
  readonly rows: Rows;
  readonly outputs: number;
  readonly link: 'softmax' | 'sigmoid';
  /** `outputs` numbers per row, 1 where right. */
  readonly targets: Float64Array;
  readonly dim: number;
  readonly epochs: number;
  /** At the start; falls linearly to 0. */
  readonly learningRate: number;
  readonly seed: number;
  readonly onProgress?: (share: number) => void;
  readonly yieldNow: () => Promise<void> | undefined;
}

/**
 * Trains as fastText does its supervised models (Joulin et al. 2017, `fasttext.cc`): stochastic gradient
 * descent, one text at a time; vectors start uniform in ±1/dim, heads at 0; the gradient of the average is
 * shared out over its features. Unlike fastText, n-grams are distinguished exactly instead of by a hash, texts
 * are shuffled every epoch, and one thread makes equal seeds give equal vectors.
 */
export async function trainEmbeddings(problem: EmbeddingProblem): Promise<Embeddings> {
  const { rows, outputs, link, targets, dim, epochs, learningRate, seed, onProgress, yieldNow } = problem;
  const start = createRandom(seed, 'vectors');
  const vectors = new Float32Array((rows.width + 1) * dim).map(() => (2 * start.next() - 1) / dim);
  const heads = new Float32Array(outputs * dim);
  const model: Embeddings = { dim, outputs, link, vectors, heads };
  const order = Array.from({ length: rowCount(rows) }, (_, row) => row);
  const random = createRandom(seed, 'order');
  const hidden = new Float64Array(dim);
  const gradient = new Float64Array(dim);
  const scores = new Float64Array(outputs);
  const steps = epochs * order.length;
  let step = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    shuffle(order, random);
    for (const row of order) {
      const rate = learningRate * (1 - step / steps);
      average(model, rows, row, hidden);
      score(model, hidden, scores);
      gradient.fill(0);
      for (let k = 0; k < outputs; k++) {
        const push = rate * (targets[row * outputs + k] - scores[k]);
        for (let d = 0, at = k * dim; d < dim; d++, at++) {
          gradient[d] += push * heads[at];
          heads[at] += push * hidden[d];
        }
      }
      const [from, to] = [rows.starts[row], rows.starts[row + 1]];
      const share = 1 / (to - from + 1);
      for (let k = from; k <= to; k++) {
        const at = (k < to ? rows.columns[k] : rows.width) * dim;
        for (let d = 0; d < dim; d++) vectors[at + d] += share * gradient[d];
      }
      if ((++step & 127) === 0) {
        onProgress?.(step / steps);
        await yieldNow();
      }
    }
  }
  return model;
}

/** The mean vector of the features of a row and the one that every text has. */
function average({ vectors, dim }: Embeddings, rows: Rows, row: number, hidden: Float64Array): void {
  const [from, to] = [rows.starts[row], rows.starts[row + 1]];
  hidden.fill(0);
  for (let k = from; k <= to; k++) {
    const at = (k < to ? rows.columns[k] : rows.width) * dim;
    for (let d = 0; d < dim; d++) hidden[d] += vectors[at + d];
  }
  for (let d = 0; d < dim; d++) hidden[d] /= to - from + 1;
}

/** Probabilities of the outputs for a mean vector. */
function score({ heads, dim, outputs, link }: Embeddings, hidden: Float64Array, scores: Float64Array): void {
  let most = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < outputs; k++) {
    let sum = 0;
    for (let d = 0, at = k * dim; d < dim; d++, at++) sum += heads[at] * hidden[d];
    scores[k] = sum;
    if (sum > most) most = sum;
  }
  if (link === 'sigmoid') {
    for (let k = 0; k < outputs; k++) scores[k] = 1 / (1 + Math.exp(-scores[k]));
    return;
  }
  let total = 0;
  for (let k = 0; k < outputs; k++) {
    scores[k] = Math.exp(scores[k] - most);
    total += scores[k];
  }
  for (let k = 0; k < outputs; k++) scores[k] /= total;
}

/** Probabilities of every output for every row: rows x outputs. */
export function embeddingProbabilities(model: Embeddings, rows: Rows): Float64Array {
  const { outputs, dim } = model;
  const all = new Float64Array(rowCount(rows) * outputs);
  const hidden = new Float64Array(dim);
  for (let row = 0; row < rowCount(rows); row++) {
    average(model, rows, row, hidden);
    score(model, hidden, all.subarray(row * outputs, (row + 1) * outputs));
  }
  return all;
}

/** The contribution of each feature of a row to the score of one output. */
export function contributions(model: Embeddings, rows: Rows, row: number, output: number): Float64Array {
  const { vectors, heads, dim } = model;
  const [from, to] = [rows.starts[row], rows.starts[row + 1]];
  return Float64Array.from({ length: to - from }, (_, i) => {
    let sum = 0;
    const at = rows.columns[from + i] * dim;
    for (let d = 0; d < dim; d++) sum += vectors[at + d] * heads[output * dim + d];
    return sum / (to - from + 1);
  });
}
