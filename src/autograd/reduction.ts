import { constant, normalAxis, shapeError, type Value } from './value.ts';

/** Axes to reduce; all by default. */
export type Axes = readonly number[] | undefined;

function reduce(operation: string, x: Value, axes: Axes, keep: boolean): Value {
  if (x.type !== 'float32') throw shapeError(operation, [x], 'must be float32');
  const reduced = (axes ?? x.shape.map((_, axis) => axis))
    .map((axis) => normalAxis(operation, x, axis))
    .sort((a, b) => a - b);
  if (new Set(reduced).size !== reduced.length)
    throw shapeError(operation, [x], `cannot reduce an axis twice: ${reduced}`);
  if (reduced.length === 0) return x;
  const sizes = x.shape.map((size, axis) => (reduced.includes(axis) ? (keep ? 1 : 0) : size));
  const shape = keep ? sizes : sizes.filter((_, axis) => !reduced.includes(axis));
  return {
    operation,
    inputs: [x],
    attributes: { axes: reduced, keepdims: keep ? 1 : 0 },
    output: 0,
    shape,
    type: x.type,
  };
}

/**
 * Sum over axes, by default all. They are removed, or have size 1 with `keep`.
 *
 * @example
 * ```ts
 * import { compute, constant, sum } from 'chineseblue/autograd';
 *
 * const x = constant([1, 2, 3, 4], [2, 2]);
 * await compute(sum(x)); // [10]
 * await compute(sum(x, [0])); // [4, 6]
 * ```
 */
export const sum = (x: Value, axes?: Axes, keep = false): Value => reduce('ReduceSum', x, axes, keep);

/**
 * Mean over axes; `axes` and `keep` as for `sum`.
 *
 * @example
 * ```ts
 * import { compute, constant, mean } from 'chineseblue/autograd';
 *
 * await compute(mean(constant([1, 2, 3, 6]))); // [3]
 * ```
 */
export const mean = (x: Value, axes?: Axes, keep = false): Value => reduce('ReduceMean', x, axes, keep);

/**
 * Largest element over axes; `axes` and `keep` as for `sum`. Equal maxima share the gradient evenly.
 *
 * @example
 * ```ts
 * import { compute, constant, max } from 'chineseblue/autograd';
 *
 * await compute(max(constant([1, 5, 3]))); // [5]
 * ```
 */
export const max = (x: Value, axes?: Axes, keep = false): Value => reduce('ReduceMax', x, axes, keep);

/**
 * Running sums along one axis: of all elements up to each one, or from each one to the end with `reverse`. Also of int64,
 * which has no gradient.
 *
 * @example
 * ```ts
 * import { compute, constant, cumulativeSum } from 'chineseblue/autograd';
 *
 * await compute(cumulativeSum(constant([1, 2, 3]), 0)); // [1, 3, 6]
 * await compute(cumulativeSum(constant([1, 2, 3]), 0, true)); // [6, 5, 3]
 * ```
 */
export function cumulativeSum(x: Value, axis: number, reverse = false): Value {
  return {
    operation: 'CumSum',
    inputs: [x, constant(normalAxis('CumSum', x, axis), [], 'int64')],
    attributes: { reverse: reverse ? 1 : undefined },
    output: 0,
    shape: x.shape,
    type: x.type,
  };
}
