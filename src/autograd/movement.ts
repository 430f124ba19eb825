import {
  checkShape,
  constant,
  formatShape,
  normalAxis,
  type Shape,
  sameShape,
  shapeError,
  sizeOf,
  type Value,
} from './value.ts';

/**
 * The same elements in another shape; one size may be -1: it is inferred.
 *
 * @example
 * ```ts
 * import { constant, reshape } from 'chineseblue/autograd';
 *
 * reshape(constant([1, 2, 3, 4]), [2, -1]).shape; // [2, 2]
 * ```
 */
export function reshape(x: Value, shape: Shape): Value {
  const known = sizeOf(shape.filter((size) => size !== -1));
  const result = shape.map((size) => (size === -1 ? sizeOf(x.shape) / known : size));
  if (sizeOf(result) !== sizeOf(x.shape) || result.some((size) => !Number.isInteger(size) || size < 1)) {
    throw shapeError('Reshape', [x], `does not fill ${formatShape(shape)}`);
  }
  if (sameShape(x.shape, result)) return x;
  return {
    operation: 'Reshape',
    inputs: [x],
    attributes: { shape: result },
    output: 0,
    shape: result,
    type: x.type,
  };
}

/**
 * Axis `i` of the result is axis `order[i]` of x; by default all axes are reversed.
 *
 * @example
 * ```ts
 * import { compute, constant, transpose } from 'chineseblue/autograd';
 *
 * const x = constant([1, 2, 3, 4, 5, 6], [2, 3]);
 * transpose(x).shape; // [3, 2]
 * await compute(transpose(x)); // [1, 4, 2, 5, 3, 6]
 * ```
 */
export function transpose(
  x: Value,
  order: readonly number[] = x.shape.map((_, axis) => x.shape.length - 1 - axis),
): Value {
  if (
    order.length !== x.shape.length ||
    new Set(order).size !== order.length ||
    order.some((axis) => !(axis in x.shape))
  ) {
    throw shapeError('Transpose', [x], `cannot be ordered by ${formatShape(order)}`);
  }
  const shape = order.map((axis) => x.shape[axis]);
  return { operation: 'Transpose', inputs: [x], attributes: { perm: order }, output: 0, shape, type: x.type };
}

/**
 * x repeated along new axes and axes of size 1 until it has this shape.
 *
 * @example
 * ```ts
 * import { compute, constant, expand } from 'chineseblue/autograd';
 *
 * await compute(expand(constant([1, 2]), [2, 2])); // [1, 2, 1, 2]
 * ```
 */
export function expand(x: Value, shape: Shape): Value {
  checkShape('Expand', shape);
  if (sameShape(x.shape, shape)) return x;
  const added = shape.length - x.shape.length;
  if (added < 0 || x.shape.some((size, axis) => size !== 1 && size !== shape[axis + added])) {
    throw shapeError('Expand', [x], `does not broadcast to ${formatShape(shape)}`);
  }
  return { operation: 'Expand', inputs: [x], attributes: { shape }, output: 0, shape, type: x.type };
}

/**
 * A tensor of zeros.
 *
 * @example
 * ```ts
 * import { compute, zeros } from 'chineseblue/autograd';
 *
 * await compute(zeros([2, 2])); // [0, 0, 0, 0]
 * ```
 */
export const zeros = (shape: Shape): Value => expand(constant(0), shape);

/**
 * The elements `start` to `end` (exclusive) along one axis.
 *
 * @example
 * ```ts
 * import { compute, constant, slice } from 'chineseblue/autograd';
 *
 * await compute(slice(constant([1, 2, 3, 4]), 0, 1, 3)); // [2, 3]
 * ```
 */
export function slice(x: Value, axis: number, start: number, end: number): Value {
  const at = normalAxis('Slice', x, axis);
  if (
    !(Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start < end && end <= x.shape[at])
  ) {
    throw shapeError('Slice', [x], `has no elements ${start} to ${end} along axis ${axis}`);
  }
  if (end - start === x.shape[at]) return x;
  const shape = x.shape.with(at, end - start);
  return {
    operation: 'Slice',
    inputs: [x],
    attributes: { axis: at, start, end },
    output: 0,
    shape,
    type: x.type,
  };
}

/**
 * x with `before` and `after` zeros added along one axis.
 *
 * @example
 * ```ts
 * import { compute, constant, pad } from 'chineseblue/autograd';
 *
 * await compute(pad(constant([1, 2]), 0, 1, 2)); // [0, 1, 2, 0, 0]
 * ```
 */
export function pad(x: Value, axis: number, before: number, after: number): Value {
  const at = normalAxis('Pad', x, axis);
  if (!(Number.isInteger(before) && Number.isInteger(after) && before >= 0 && after >= 0)) {
    throw shapeError('Pad', [x], `cannot be padded by ${before} and ${after}`);
  }
  if (before + after === 0) return x;
  const shape = x.shape.with(at, x.shape[at] + before + after);
  return {
    operation: 'Pad',
    inputs: [x],
    attributes: { axis: at, before, after },
    output: 0,
    shape,
    type: x.type,
  };
}

/**
 * Tensors joined along one axis; all their other sizes must be equal.
 *
 * @example
 * ```ts
 * import { compute, concat, constant } from 'chineseblue/autograd';
 *
 * await compute(concat([constant([1, 2]), constant([3])], 0)); // [1, 2, 3]
 * ```
 */
export function concat(parts: readonly Value[], axis: number): Value {
  if (parts.length === 0) throw shapeError('Concat', [], 'nothing to join');
  if (parts.length === 1) return parts[0];
  const at = normalAxis('Concat', parts[0], axis);
  const [first] = parts;
  if (
    parts.some(
      (part) => part.type !== first.type || !sameShape(part.shape.with(at, 0), first.shape.with(at, 0)),
    )
  ) {
    throw shapeError('Concat', parts, `do not join along axis ${axis}`);
  }
  const shape = first.shape.with(
    at,
    parts.reduce((sum, part) => sum + part.shape[at], 0),
  );
  return { operation: 'Concat', inputs: parts, attributes: { axis: at }, output: 0, shape, type: first.type };
}
