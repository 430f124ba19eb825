import {
  add,
  constant,
  gather,
  gelu,
  input,
  linear,
  mul,
  relu,
  reshape,
  slice,
  tanh,
  type Value,
} from '../../autograd/index.ts';

/** A parameter of the graph by its name. */
export type Lookup = (name: string) => Value;

/** Which dropout rate of the configuration applies. */
export type DropoutKind = 'embedding' | 'hidden' | 'attention' | 'classifier';

/**
 * Multiplies by a mask of zeros and 1 / (1 - rate); the identity where nothing is dropped. Where x has only the first of
 * `of` rows, along the axis before the last, they get the mask that they would have among all.
 */
export type Dropout = (x: Value, kind: DropoutKind, of?: number) => Value;

export const noDropout: Dropout = (x) => x;

/** The shape that sequences are padded to; rows beyond the sequences are padding, too. */
export interface BatchShape {
  readonly batch: number;
  readonly length: number;
}

/** Graph inputs of an encoder by their Hugging Face names, int64 `[batch, length]`. */
export interface EncoderInputs {
  readonly input_ids: Value;
  /** 1 for a token, 0 for padding. */
  readonly attention_mask: Value;
  /** Absent if the architecture has no token types. */
  readonly token_type_ids?: Value;
}

export const encoderInput = (name: string, { batch, length }: BatchShape): Value =>
  input(name, [batch, length], 'int64');

/** The position of every token, for graphs that accept batches of any length. */
export interface Positions {
  /** int64 `[batch, length]`, each below `count`. */
  readonly ids: Value;
  readonly count: number;
}

/** How an encoder is written as operators: a training step needs other ones than a portable file. */
export interface Layout {
  /** Rows of the embedding table `name` for `[batch, length]` ids. */
  rows(ids: Value, name: string, parameter: Lookup): Value;
  /** The first rows of a position table, one for each of the `[batch, length]` ids. */
  positions(table: Value, ids: Value): Value;
  /** 0, 1, 2… along the second axis of `[batch, length]` ids: int64, its first axis 1 or the batch. */
  indices(ids: Value): Value;
  /** x W^T + b over the last axis of `[batch, length, in]`, for the parameters `name.weight` and, if any, `name.bias`. */
  dense(x: Value, name: string, parameter: Lookup, withBias?: boolean): Value;
  /** Settings of the head on top of the encoder, if any. */
  readonly head?: {
    readonly dense: Layout['dense'];
    parameter(name: string, parameter: Lookup): Value;
    positions(ids: Value): Positions;
  };
}

/** Products of plain matrices, for graphs of fixed shapes. */
export const fixedLayout: Layout = {
  rows: (ids, name, parameter) => gather(parameter(name), ids),
  positions: (table, ids) => slice(table, 0, 0, ids.shape[1]),
  indices: ({ shape: [, length] }) => constant([...Array(length).keys()], [1, length], 'int64'),
  dense(x, name, parameter, withBias = true) {
    const rows = reshape(x, [-1, x.shape.at(-1)!]);
    const bias = withBias ? parameter(`${name}.bias`) : undefined;
    const result = linear(rows, parameter(`${name}.weight`), bias);
    return reshape(result, x.shape.with(-1, result.shape[1]));
  },
};

/** The encoder outputs that a head is built on. */
export interface HeadContext {
  /** Last hidden states, `[batch, length, hidden]`. */
  readonly hidden: Value;
  /** int64 `[batch, length]`, 1 for a token and 0 for padding. */
  readonly mask: Value;
  readonly parameter: Lookup;
  /** x W^T + b over the last axis, for the parameters `name.weight` and, if any, `name.bias`. */
  dense(x: Value, name: string, withBias?: boolean): Value;
  /** For the inputs of the head; the identity in inference. */
  readonly dropout: Dropout;
  /** Present where the graph accepts batches of any length. */
  readonly positions?: Positions;
}

/** For inference on sequences of equal length: the same hidden states by fewer products, with other last bits. */
export interface Shortcuts {
  /** The outputs of the dense layers named by `EncoderGraph.firstDense` on the embeddings, if computed elsewhere. */
  readonly first?: readonly Value[];
}

export interface EncodeOptions {
  readonly dropout: Dropout;
  readonly layout: Layout;
  /** Only the hidden state of the first token is needed, `[batch, 1, hidden]`: the last layer may skip the others. */
  readonly firstOnly: boolean;
  /** Present where no token is padding and the last bits do not matter; an architecture need not take them. */
  readonly shortcuts?: Shortcuts;
}

const geluTanh = (x: Value): Value =>
  mul(mul(x, 0.5), add(tanh(mul(add(x, mul(mul(mul(x, x), x), 0.044715)), Math.sqrt(2 / Math.PI))), 1));

/** Activations by their names in `config.json`; `gelu` is exact, `gelu_new` its tanh approximation. */
export const ACTIVATIONS = { gelu, gelu_new: geluTanh, gelu_pytorch_tanh: geluTanh, relu };
export type Activation = keyof typeof ACTIVATIONS;
