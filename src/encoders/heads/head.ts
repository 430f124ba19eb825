import type { Tensors, TypedArray, Value } from '../../autograd/index.ts';
import type { Dropout, Lookup } from '../architectures/bert/graph.ts';

/** A batch as the head's graph sees it. */
export interface HeadContext {
  /** Last hidden states, `[batch, length, hidden]`. */
  readonly hidden: Value;
  /** int64 `[batch, length]`, 1 for a token and 0 for padding. */
  readonly mask: Value;
  readonly parameter: Lookup;
  /** x W^T + b over the last axis, for the parameters `name.weight` and `name.bias`. */
  dense(x: Value, name: string): Value;
  /** For what goes into the head; the identity where a model only predicts. */
  readonly dropout: Dropout;
  /** The position of every token, where the graph takes batches of any length. */
  readonly positions?: Positions;
}

export interface Positions {
  /** int64 `[batch, length]`, each below `count`. */
  readonly ids: Value;
  readonly count: number;
}

export type Outputs = Readonly<Record<string, Value>>;

/** What a batch looks like to the host: sequences beyond `rows` are padding. */
export interface BatchShape {
  readonly batch: number;
  readonly length: number;
}

/** What stands on top of the encoder: parameters, outputs, a loss, and how the host meets them. */
export interface Head<Target, Answer> {
  /** Class of `transformers` that loads encoder and head, or `BertModel` where it knows the encoder only. */
  readonly architecture: string;
  /** Every parameter by its Hugging Face name, with its shape; the pooler's too where it is used. */
  readonly parameters: ReadonlyMap<string, readonly number[]>;
  /** Embedding tables that the head uses itself, beside the encoder's look-ups in them. */
  readonly tied?: readonly string[];
  /** Whether it looks at `[CLS]` alone: the last layer of a model that only answers need not compute the others. */
  readonly firstOnly?: boolean;
  /** The named outputs that predictions are read from. */
  outputs(context: HeadContext): Outputs;
  /** The loss of these outputs, a scalar; its targets are further inputs of the graph. */
  loss(outputs: Outputs, context: HeadContext): Value;
  /** For R-Drop: how far two outputs of the same batch under two dropouts lie apart, a scalar. */
  divergence?(first: Outputs, second: Outputs, context: HeadContext): Value;
  /** The inputs of `loss` for these rows of a batch, of which `tokens` tells the lengths. */
  targets(rows: readonly Target[], shape: BatchShape, tokens: readonly number[]): Tensors;
  /** What the outputs say of one row, which has `tokens` tokens, `[CLS]` and `[SEP]` counted. */
  read(outputs: Readonly<Record<string, TypedArray>>, row: number, tokens: number, shape: BatchShape): Answer;
}

/** Row `row` of an output whose rows have `width` numbers. */
export const rowOf = (output: TypedArray, row: number, width: number): Float32Array =>
  (output as Float32Array).slice(row * width, (row + 1) * width);
