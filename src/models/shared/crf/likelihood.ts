import type { Dataset, FeatureRuns } from './dataset.ts';
import { addTransitions, backward, forward, type Lattice, reserve } from './lattice.ts';

/**
 * Weights of a model in one vector: first the transitions (`tags × tags`, row = from), then one a
 * feature in the order of `Dataset.rowTags`.
 */
export const weightCount = (dataset: Dataset): number => tagsOf(dataset) ** 2 + dataset.rowTags.length;

export const tagsOf = ({ types }: Dataset): number => 2 * types + 1;

/**
 * State weights of the lists `from .. to` of attributes, `tags` numbers a list, added to those of
 * `base` (row `baseOf[i]` of it for list `i`) and written to `scores`.
 */
export function stateScores(
  { rowTags }: Pick<Dataset, 'rowTags'>,
  { start, begins, degrees }: FeatureRuns,
  weights: Float64Array,
  scores: Float64Array,
  [from, to]: readonly [number, number],
  tags: number,
  base?: { readonly rows: Float64Array; readonly of: Int32Array },
): void {
  const state = weights.subarray(tags * tags);
  const sum = new Float64Array(tags);
  for (let i = from, row = 0, at = start[from]; i < to; i++, row += tags) {
    const end = start[i + 1];
    if (base === undefined) sum.fill(0);
    else for (let j = 0, k = base.of[i] * tags; j < sum.length; j++, k++) sum[j] = base.rows[k];
    for (; at < end; at++) {
      const begin = begins[at];
      const degree = degrees[at];
      if (degree === 1) sum[rowTags[begin]] += state[begin];
      else if (degree === tags) for (let j = 0, k = begin; j < sum.length; j++, k++) sum[j] += state[k];
      else for (let k = begin, last = begin + degree; k < last; k++) sum[rowTags[k]] += state[k];
    }
    for (let j = 0; j < sum.length; j++) scores[row + j] = sum[j];
  }
}

/**
 * Adds `mass`, `tags` numbers a list, to the features of the attributes of the lists `from .. to`, and
 * to row `base.of[i]` of `base.rows` for list `i`: what `stateScores` read.
 */
export function addMass(
  { rowTags }: Pick<Dataset, 'rowTags'>,
  { start, begins, degrees }: FeatureRuns,
  mass: Float64Array,
  gradient: Float64Array,
  [from, to]: readonly [number, number],
  tags: number,
  base?: { readonly rows: Float64Array; readonly of: Int32Array },
): void {
  const state = gradient.subarray(tags * tags);
  const part = new Float64Array(tags);
  for (let i = from, row = 0, at = start[from]; i < to; i++, row += tags) {
    const end = start[i + 1];
    for (let j = 0; j < part.length; j++) part[j] = mass[row + j];
    if (base !== undefined)
      for (let j = 0, k = base.of[i] * tags; j < part.length; j++, k++) base.rows[k] += part[j];
    for (; at < end; at++) {
      const begin = begins[at];
      const degree = degrees[at];
      if (degree === 1) state[begin] += part[rowTags[begin]];
      else if (degree === tags) for (let j = 0, k = begin; j < part.length; j++, k++) state[k] += part[j];
      else for (let k = begin, last = begin + degree; k < last; k++) state[k] += part[rowTags[k]];
    }
  }
}

export const bundleCount = (dataset: Dataset): number => dataset.bundles.start.length - 1;

/** State weights of every bundle, `tags` numbers each. */
export function bundleScores(dataset: Dataset, weights: Float64Array): Float64Array {
  const count = bundleCount(dataset);
  const scores = new Float64Array(count * tagsOf(dataset));
  stateScores(dataset, dataset.bundles, weights, scores, [0, count], tagsOf(dataset));
  return scores;
}

/**
 * Minus the log-likelihood of texts `from .. to`. Their expected counts are added to `gradient`, but for
 * those of the bundles, which are added to `bundleMass` and still to be spread by `addMass`.
 * `lattice` has the transitions of `weights`, `bundled` is `bundleScores` of them.
 */
export function expect(
  dataset: Dataset,
  lattice: Lattice,
  { weights, bundled }: { readonly weights: Float64Array; readonly bundled: Float64Array },
  { gradient, bundleMass }: { readonly gradient: Float64Array; readonly bundleMass: Float64Array },
  [from, to]: readonly [number, number],
): number {
  const { textStart, tags: gold, own, bundleOf } = dataset;
  const { types, tags, columns } = lattice;
  lattice.expected.fill(0);
  const begun = new Float64Array(types);
  const inside = new Float64Array(types);
  let loss = 0;
  for (let text = from; text < to; text++) {
    const start = textStart[text];
    const length = textStart[text + 1] - start;
    if (length === 0) continue;
    const range = [start, start + length] as const;
    reserve(lattice, length);
    const { scores, alpha, beta } = lattice;
    stateScores(dataset, own, weights, scores, range, tags, { rows: bundled, of: bundleOf });
    for (let t = 0; t < length; t++) {
      loss -= scores[t * tags + gold[start + t]];
      if (t > 0) loss -= weights[gold[start + t - 1] * tags + gold[start + t]];
    }
    loss += forward(lattice, length);
    backward(lattice, length);
    addTransitions(lattice, length, begun, inside);
    const end = length * tags;
    for (let cell = 0; cell < end; cell++) alpha[cell] *= beta[cell];
    addMass(dataset, own, alpha, gradient, range, tags, { rows: bundleMass, of: bundleOf });
  }
  for (let i = 0; i < tags; i++) {
    for (let j = 0; j <= types; j++)
      gradient[i * tags + j] += lattice.expected[i * columns + j] * lattice.open[i * columns + j];
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
  const { textStart, own, bundles, bundleOf, rowTags, tags: gold } = dataset;
  const tags = tagsOf(dataset);
  const counts = new Float64Array(weightCount(dataset));
  const count = ({ start, begins, degrees }: FeatureRuns, list: number, tag: number): void => {
    for (let at = start[list]; at < start[list + 1]; at++) {
      for (let k = begins[at]; k < begins[at] + degrees[at]; k++) {
        if (rowTags[k] === tag) counts[tags * tags + k]++;
      }
    }
  };
  for (let text = 0; text + 1 < textStart.length; text++) {
    for (let p = textStart[text]; p < textStart[text + 1]; p++) {
      if (p > textStart[text]) counts[gold[p - 1] * tags + gold[p]]++;
      count(own, p, gold[p]);
      count(bundles, bundleOf[p], gold[p]);
    }
  }
  return counts;
}
