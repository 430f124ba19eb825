/** A graph that cannot be built or run: a mistake in the program that builds it, with a stack trace to the place. */
export class GraphError extends Error {
  override readonly name: string = 'GraphError';
}

/** An operation or an array whose shape does not fit; the message has the shapes. */
export class ShapeError extends GraphError {
  override readonly name = 'ShapeError';
}
