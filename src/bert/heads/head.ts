import type { Value } from '../../autograd/index.ts';
import type { Dropout, Lookup } from '../encoder/encoder.ts';

/** A batch as the head's graph sees it. */
export interface HeadContext {
  /** Last hidden states, `[batch, length, hidden]`. */
  readonly hidden: Value;
  /** int64 `[batch, length]`, 1 for a token and 0 for padding. */
  readonly mask: Value;
  readonly parameter: Lookup;
  /** For what goes into the head; the identity where a model only predicts. */
  readonly dropout: Dropout;
}

/** The differentiable part of a head. What its targets mean, and how its outputs are read, is the family's business. */
export interface HeadGraph {
  /** Every parameter by its Hugging Face name, with its shape. */
  readonly parameters: ReadonlyMap<string, readonly number[]>;
  /** The named outputs that predictions are read from. */
  outputs(context: HeadContext): Readonly<Record<string, Value>>;
  /** The loss of these outputs, a scalar; its targets are further inputs of the graph. */
  loss(outputs: Readonly<Record<string, Value>>, context: HeadContext): Value;
}
