import type { Tensors, TypedArray, Value } from '../../autograd/index.ts';
import type { Shapes } from '../architectures/architecture.ts';
import type { BatchShape, HeadContext } from '../architectures/graph.ts';

export type { BatchShape, HeadContext } from '../architectures/graph.ts';

export type Outputs = Readonly<Record<string, Value>>;

/** The inference part of a head: parameters, outputs, and how an answer is decoded from them. */
export interface Head<Answer> {
  /** The class of `transformers` that loads encoder and head; absent if there is none. */
  readonly transformersClass?: string;
  /** Every parameter by its Hugging Face name, with its shape; the pooler's, too, where it is used. */
  readonly parameters: Shapes;
  /** Whether only `[CLS]` is read, so that the last layer can skip the other tokens. */
  readonly firstOnly?: boolean;
  /** The named outputs that answers are read from. */
  outputs(context: HeadContext): Outputs;
  /** The answer for one row with `tokens` tokens, `[CLS]` and `[SEP]` included. */
  read(outputs: Readonly<Record<string, TypedArray>>, row: number, tokens: number, shape: BatchShape): Answer;
}

/** The inputs of the graph of a training step. */
export interface Loss {
  /** Embedding tables that the outputs use besides the encoder's look-ups in them. */
  readonly tied?: readonly string[];
  /** Whether only `[CLS]` is read, so that the last layer can skip the other tokens. */
  readonly firstOnly?: boolean;
  outputs(context: HeadContext): Outputs;
  /** The loss of these outputs, a scalar; its targets are further inputs of the graph. */
  loss(outputs: Outputs, context: HeadContext): Value;
  /** For R-Drop: the divergence of two outputs of the same batch with different dropout, a scalar. */
  divergence?(first: Outputs, second: Outputs, context: HeadContext): Value;
}

/** The training part of a head: a loss and its targets. */
export interface Objective<Target> extends Loss {
  /**
   * What the loss of these rows is divided by: the examples, tokens or pairs that count, each with its weight. Batches
   * of one update share the sum of their weights, so that every example has the same weight in any batch.
   */
  weight(rows: readonly Target[]): number;
  /**
   * The inputs of `loss` for these rows of a batch, `tokens` being their lengths: the losses of the batches of an
   * update, whose weights add up to `total`, add up to the loss of the update. For one batch `total` is its weight.
   */
  targets(rows: readonly Target[], shape: BatchShape, tokens: readonly number[], total: number): Tensors;
}

/** A head with the objective that it is trained with. */
export interface TrainableHead<Target, Answer> extends Head<Answer>, Objective<Target> {}

/** An output that is known to have float32 values. */
export function floats(output: TypedArray): Float32Array {
  if (output instanceof Float32Array) return output;
  throw new TypeError(`An output has ${output.constructor.name} values, not float32`);
}

/** Row `row` of an output whose rows have `width` numbers. */
export const rowOf = (output: TypedArray, row: number, width: number): Float32Array =>
  floats(output).slice(row * width, (row + 1) * width);
