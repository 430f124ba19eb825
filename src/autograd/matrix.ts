import { broadcastShape, shapeError, type Value } from './value.ts';

/**
 * Matrix product over the last two axes, `[…, n, k] × […, k, m] → […, n, m]`; the axes before them broadcast.
 *
 * @example
 * ```ts
 * import { compute, constant, matmul } from 'chineseblue/autograd';
 *
 * const a = constant([1, 2, 3, 4], [2, 2]);
 * const b = constant([1, 1], [2, 1]);
 * await compute(matmul(a, b)); // [3, 7]
 * ```
 */
export function matmul(a: Value, b: Value): Value {
  const ranks = [a.shape.length, b.shape.length];
  if (Math.min(...ranks) < 2) throw shapeError('MatMul', [a, b], 'must have at least two axes each');
  if (a.shape.at(-1) !== b.shape.at(-2))
    throw shapeError('MatMul', [a, b], 'differ in the axis that is summed over');
  const batch = broadcastShape('MatMul', [a, b], [a.shape.slice(0, -2), b.shape.slice(0, -2)]);
  const shape = [...batch, a.shape.at(-2)!, b.shape.at(-1)!];
  return { operation: 'MatMul', inputs: [a, b], attributes: {}, output: 0, shape, type: a.type };
}

/**
 * a b + c for matrices; `transA` and `transB` of 1 transpose a and b first; c broadcasts to the result.
 *
 * @example
 * ```ts
 * import { compute, constant, gemm } from 'chineseblue/autograd';
 *
 * const a = constant([1, 2, 3, 4], [2, 2]);
 * const c = constant([10, 20]);
 * await compute(gemm(a, a, c)); // [17, 30, 25, 42]
 * ```
 */
export function gemm(a: Value, b: Value, c?: Value, transA = 0, transB = 0): Value {
  const operands = c ? [a, b, c] : [a, b];
  if (a.shape.length !== 2 || b.shape.length !== 2)
    throw shapeError('Gemm', operands, 'must begin with two matrices');
  const [rows, depth] = transA ? [a.shape[1], a.shape[0]] : a.shape;
  const [depthB, columns] = transB ? [b.shape[1], b.shape[0]] : b.shape;
  if (depth !== depthB) throw shapeError('Gemm', operands, 'differ in the axis that is summed over');
  const shape = [rows, columns];
  const broadcast = c ? broadcastShape('Gemm', operands, [shape, c.shape]) : shape;
  if (broadcast.length > 2 || broadcast[0] !== rows || broadcast[1] !== columns) {
    throw shapeError('Gemm', operands, 'cannot be added');
  }
  const attributes = { transA: transA || undefined, transB: transB || undefined };
  return { operation: 'Gemm', inputs: operands, attributes, output: 0, shape, type: a.type };
}

/**
 * A dense layer on rows: `x [n, in]`, `weight [out, in]`, `bias [out]` → `[n, out]`, as PyTorch stores it.
 *
 * @example
 * ```ts
 * import { compute, constant, linear } from 'chineseblue/autograd';
 *
 * const x = constant([1, 2], [1, 2]);
 * const weight = constant([1, 1, 0, 3], [2, 2]);
 * await compute(linear(x, weight, constant([0, 1]))); // [3, 7]
 * ```
 */
export const linear = (x: Value, weight: Value, bias?: Value): Value => gemm(x, weight, bias, 0, 1);
