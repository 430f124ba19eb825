/**
 * A graph that cannot be built or run: a mistake in the program that builds it, with a stack trace to the place.
 *
 * @example
 * ```ts
 * import { compute, GraphError, input } from 'chineseblue/autograd';
 *
 * try {
 *   await compute(input('x', [1]));
 * } catch (error) {
 *   error instanceof GraphError; // true
 * }
 * ```
 */
export class GraphError extends Error {
  override readonly name: string = 'GraphError';
}

/**
 * An operation or an array whose shape does not fit; the message has the shapes.
 *
 * @example
 * ```ts
 * import { add, constant, ShapeError } from 'chineseblue/autograd';
 *
 * try {
 *   add(constant([1, 2]), constant([1, 2, 3]));
 * } catch (error) {
 *   error instanceof ShapeError; // true
 * }
 * ```
 */
export class ShapeError extends GraphError {
  override readonly name = 'ShapeError';
}
