import { reshape, zeros } from './movement.ts';
import { formatShape, normalAxis, type Shape, sameShape, shapeError, type Value } from './value.ts';

/**
 * Rows of a table: `table [n, …]`, `indices` int64 of any shape → `[…indices, …]`. Every index must be in [0, n).
 *
 * @example
 * ```ts
 * import { compute, constant, gather } from 'chineseblue/autograd';
 *
 * const table = constant([10, 11, 20, 21], [2, 2]);
 * const indices = constant([1, 0], [2], 'int64');
 * await compute(gather(table, indices)); // [20, 21, 10, 11]
 * ```
 */
export function gather(table: Value, indices: Value): Value {
  if (indices.type !== 'int64') throw shapeError('Gather', [table, indices], 'must end with int64 indices');
  const shape = [...indices.shape, ...table.shape.slice(1)];
  return {
    operation: 'Gather',
    inputs: [table, indices],
    attributes: { axis: 0 },
    output: 0,
    shape,
    type: table.type,
  };
}

/**
 * Elements picked along one axis, by int64 `indices` of the same rank: `result[…, i, …] = x[…, indices[…, i, …], …]`.
 *
 * @example
 * ```ts
 * import { compute, constant, gatherElements } from 'chineseblue/autograd';
 *
 * const x = constant([1, 2, 3, 4], [2, 2]);
 * const indices = constant([1, 0], [2, 1], 'int64');
 * await compute(gatherElements(x, indices, 1)); // [2, 3]
 * ```
 */
export function gatherElements(x: Value, indices: Value, axis: number): Value {
  const at = normalAxis('GatherElements', x, axis);
  const fits =
    indices.shape.length === x.shape.length &&
    indices.shape.every((size, i) => i === at || size <= x.shape[i]);
  if (indices.type !== 'int64' || !fits)
    throw shapeError('GatherElements', [x, indices], `do not match along axis ${axis}`);
  return {
    operation: 'GatherElements',
    inputs: [x, indices],
    attributes: { axis: at },
    output: 0,
    shape: indices.shape,
    type: x.type,
  };
}

/**
 * The reverse of `gather`: rows added to a table of zeros of this shape, at their indices.
 *
 * @example
 * ```ts
 * import { compute, constant, scatterRows } from 'chineseblue/autograd';
 *
 * const indices = constant([2, 0, 2], [3], 'int64');
 * const rows = constant([1, 5, 10], [3, 1]);
 * await compute(scatterRows([3, 1], indices, rows)); // [5, 0, 11]
 * ```
 */
export function scatterRows(shape: Shape, indices: Value, rows: Value): Value {
  const fits = sameShape(rows.shape, [...indices.shape, ...shape.slice(1)]);
  if (indices.type !== 'int64' || !fits)
    throw shapeError('ScatterND', [indices, rows], `do not fit into ${formatShape(shape)}`);
  const inputs = [zeros(shape), reshape(indices, [...indices.shape, 1]), rows];
  return {
    operation: 'ScatterND',
    inputs,
    attributes: { reduction: 'add' },
    output: 0,
    shape,
    type: rows.type,
  };
}

/**
 * The reverse of `gatherElements`: elements added to zeros of this shape, at their indices along one axis.
 *
 * @example
 * ```ts
 * import { compute, constant, scatterElements } from 'chineseblue/autograd';
 *
 * const indices = constant([1, 0], [2, 1], 'int64');
 * const elements = constant([7, 8], [2, 1]);
 * await compute(scatterElements([2, 2], indices, elements, 1)); // [0, 7, 8, 0]
 * ```
 */
export function scatterElements(shape: Shape, indices: Value, elements: Value, axis: number): Value {
  const inputs = [zeros(shape), indices, elements];
  const at = normalAxis('ScatterElements', inputs[0], axis);
  const fits = sameShape(indices.shape, elements.shape) && shape.length === indices.shape.length;
  if (indices.type !== 'int64' || !fits) {
    throw shapeError('ScatterElements', [indices, elements], `do not fit into ${formatShape(shape)}`);
  }
  return {
    operation: 'ScatterElements',
    inputs,
    attributes: { axis: at, reduction: 'add' },
    output: 0,
    shape,
    type: elements.type,
  };
}
