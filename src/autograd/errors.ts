/**
 * A graph that cannot be built or run: a mistake in the program that builds it, which the stack trace locates.
 *
 * @example
 * ```ts
 * import { compute, GraphError, input } from 'chineseblue/autograd';
 *
 * try {
 *   await compute(input('x', [1]));
 * } catch (error) {
 *   if (!(error instanceof GraphError)) throw error;
 *   error.message; // 'The graph needs the input x'
 * }
 * ```
 */
export class GraphError extends Error {
  override readonly name: string = 'GraphError';
}

/**
 * An operation on tensors, or an array, of the wrong shape; the message has the shapes. Thrown where the operation is called.
 *
 * @example
 * ```ts
 * import { add, constant, ShapeError } from 'chineseblue/autograd';
 *
 * try {
 *   add(constant([1, 2]), constant([1, 2, 3]));
 * } catch (error) {
 *   if (!(error instanceof ShapeError)) throw error;
 *   error.message; // 'Add: [2] and [3] do not broadcast together'
 * }
 * ```
 */
export class ShapeError extends GraphError {
  override readonly name = 'ShapeError';
}
