import type { Dataset } from './dataset.ts';
import { addTransitions, backward, forward, type Lattice, reserve } from './lattice.ts';

/**
 * Weights of a model in one vector: first the transitions (`tags × tags`, row = from), then one a
 * feature in the order of `Dataset.rowTags`.
 */
export const weightCount = (dataset: Dataset): number =>
  (2 * dataset.types + 1) ** 2 + dataset.rowTags.length;

/** Adds the state weights of the attributes of positions `from .. to` to `scores`, row by row. */
export function addStateScores(
  dataset: Pick<Dataset, 'attributeStart' | 'attributes' | 'rowStart' | 'rowTags'>,
  weights: Float64Array,
  scores: Float64Array,
  from: number,
  to: number,
  tags: number,
): void {
  const { attributeStart, attributes, rowStart, rowTags } = dataset;
  const state = weights.subarray(tags * tags);
  const sum = new Float64Array(tags);
  for (let p = from, row = 0, at = attributeStart[from]; p < to; p++, row += tags) {
    const end = attributeStart[p + 1];
    sum.fill(0);
    for (; at < end; at++) {
      const attribute = attributes[at];
      const start = rowStart[attribute];
      const last = rowStart[attribute + 1];
      if (last - start === tags) for (let j = 0, k = start; j < sum.length; j++, k++) sum[j] += state[k];
      else for (let k = start; k < last; k++) sum[rowTags[k]] += state[k];
    }
    scores.set(sum, row);
  }
}

/** Adds the marginals of the tags of positions `from .. to`, row by row, to the features of their attributes. */
export function addExpectations(
  dataset: Pick<Dataset, 'attributeStart' | 'attributes' | 'rowStart' | 'rowTags'>,
  marginals: Float64Array,
  gradient: Float64Array,
  from: number,
  to: number,
  tags: number,
): void {
  const { attributeStart, attributes, rowStart, rowTags } = dataset;
  const state = gradient.subarray(tags * tags);
  const marginal = new Float64Array(tags);
  for (let p = from, row = 0, at = attributeStart[from]; p < to; p++, row += tags) {
    const end = attributeStart[p + 1];
    for (let j = 0; j < marginal.length; j++) marginal[j] = marginals[row + j];
    for (; at < end; at++) {
      const attribute = attributes[at];
      const start = rowStart[attribute];
      const last = rowStart[attribute + 1];
      if (last - start === tags)
        for (let j = 0, k = start; j < marginal.length; j++, k++) state[k] += marginal[j];
      else for (let k = start; k < last; k++) state[k] += marginal[rowTags[k]];
    }
  }
}

/**
 * Minus the log-likelihood of texts `from .. to`; their expected feature counts are added to `gradient`
 * (to which the caller adds what `observe` gives, negated).
 */
export function expect(
  dataset: Dataset,
  lattice: Lattice,
  weights: Float64Array,
  gradient: Float64Array,
  from: number,
  to: number,
): number {
  const { textStart, tags: gold } = dataset;
  const { types, tags, columns } = lattice;
  const open = new Float64Array(tags * columns);
  const begun = new Float64Array(types);
  const inside = new Float64Array(types);
  let loss = 0;
  for (let text = from; text < to; text++) {
    const start = textStart[text];
    const length = textStart[text + 1] - start;
    if (length === 0) continue;
    reserve(lattice, length);
    const { scores, alpha, beta } = lattice;
    addStateScores(dataset, weights, scores, start, start + length, tags);
    for (let t = 0; t < length; t++) {
      loss -= scores[t * tags + gold[start + t]];
      if (t > 0) loss -= weights[gold[start + t - 1] * tags + gold[start + t]];
    }
    loss += forward(lattice, length);
    backward(lattice, length);
    addTransitions(lattice, length, open, begun, inside);
    const end = length * tags;
    for (let cell = 0; cell < end; cell++) alpha[cell] *= beta[cell];
    addExpectations(dataset, alpha, gradient, start, start + length, tags);
  }
  for (let i = 0; i < tags; i++) {
    for (let j = 0; j <= types; j++)
      gradient[i * tags + j] += open[i * columns + j] * lattice.open[i * columns + j];
  }
  for (let k = 0; k < types; k++) {
    const target = 1 + types + k;
    gradient[(1 + k) * tags + target] += begun[k] * lattice.begun[k];
    gradient[target * tags + target] += inside[k] * lattice.inside[k];
  }
  return loss;
}

/** How often every feature and transition occurs with the gold tags. */
export function observe(dataset: Dataset): Float64Array {
  const { textStart, attributeStart, attributes, rowStart, rowTags, tags: gold } = dataset;
  const tags = 2 * dataset.types + 1;
  const counts = new Float64Array(weightCount(dataset));
  for (let text = 0; text + 1 < textStart.length; text++) {
    for (let p = textStart[text]; p < textStart[text + 1]; p++) {
      if (p > textStart[text]) counts[gold[p - 1] * tags + gold[p]]++;
      for (let at = attributeStart[p]; at < attributeStart[p + 1]; at++) {
        for (let k = rowStart[attributes[at]]; k < rowStart[attributes[at] + 1]; k++) {
          if (rowTags[k] === gold[p]) counts[tags * tags + k]++;
        }
      }
    }
  }
  return counts;
}
