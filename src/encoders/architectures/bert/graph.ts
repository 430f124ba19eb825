import {
  add,
  cast,
  gather,
  gelu,
  input,
  layerNorm,
  linear,
  matmul,
  mul,
  relu,
  reshape,
  slice,
  softmax,
  sub,
  tanh,
  transpose,
  type Value,
} from '../../../autograd/index.ts';
import type { Activation, BertConfig } from './config.ts';

/** A parameter of the graph by its name. */
export type Lookup = (name: string) => Value;

/** Multiplies by a fresh mask of zeros and 1 / (1 - rate), or is nothing at all where nothing is dropped. */
export type Dropout = (x: Value, kind: DropoutKind) => Value;

/** Which rate of the configuration applies. */
export type DropoutKind = 'hidden' | 'attention' | 'classifier';

export const noDropout: Dropout = (x) => x;

export interface EncoderInputs {
  /** int64 `[batch, length]`. */
  readonly input_ids: Value;
  readonly token_type_ids: Value;
  /** 1 for a token, 0 for padding. */
  readonly attention_mask: Value;
}

export function encoderInputs(batch: number, length: number): EncoderInputs {
  const ids = (name: string): Value => input(name, [batch, length], 'int64');
  return {
    input_ids: ids('input_ids'),
    token_type_ids: ids('token_type_ids'),
    attention_mask: ids('attention_mask'),
  };
}

const geluTanh = (x: Value): Value =>
  mul(mul(x, 0.5), add(tanh(mul(add(x, mul(mul(mul(x, x), x), 0.044715)), Math.sqrt(2 / Math.PI))), 1));

/** Activations by the names of configurations. */
export const ACTIVATION: Record<Activation, (x: Value) => Value> = {
  gelu,
  gelu_new: geluTanh,
  gelu_pytorch_tanh: geluTanh,
  relu,
};

/** Less than any score: such a token gets no attention. */
const MASKED = -1e9;

/** How an encoder is written down: what a training step needs differs from what a file for any runtime needs. */
export interface Layout {
  /** Rows of the table of that name, for `[batch, length]` ids. */
  words(ids: Value, name: string, parameter: Lookup): Value;
  /** Numbers of the positions: rows of their table for `[batch, length]` ids. */
  positions(table: Value, ids: Value): Value;
  /** x W^T + b over the last axis of `[batch, length, in]`, for the parameters `name.weight` and `name.bias`. */
  dense(x: Value, name: string, parameter: Lookup): Value;
}

/** Products of plain matrices, for graphs of fixed shapes. */
export const fixedLayout: Layout = {
  words: (ids, name, parameter) => gather(parameter(name), ids),
  positions: (table, ids) => slice(table, 0, 0, ids.shape[1]),
  dense(x, name, parameter) {
    const rows = reshape(x, [-1, x.shape.at(-1)!]);
    const result = linear(rows, parameter(`${name}.weight`), parameter(`${name}.bias`));
    return reshape(result, x.shape.with(-1, result.shape[1]));
  },
};

/**
 * The sum of the three embeddings of every token, `[batch, length, hidden]`. Its gradient is all that the tables need:
 * the host adds its rows up, and no gradient of the size of the vocabulary leaves the graph.
 */
export function embed(
  { input_ids: ids, token_type_ids: types }: EncoderInputs,
  parameter: Lookup,
  layout = fixedLayout,
): Value {
  return add(
    add(layout.words(ids, EMBEDDINGS.words, parameter), gather(parameter(EMBEDDINGS.types), types)),
    layout.positions(parameter(EMBEDDINGS.positions), ids),
  );
}

export const EMBEDDINGS = {
  words: 'embeddings.word_embeddings.weight',
  positions: 'embeddings.position_embeddings.weight',
  types: 'embeddings.token_type_embeddings.weight',
} as const;

export interface EncodeOptions {
  readonly dropout?: Dropout;
  readonly layout?: Layout;
  /** Only the first token's hidden state is wanted, `[batch, 1, hidden]`: what the last layer need not do, it leaves. */
  readonly firstOnly?: boolean;
}

/**
 * The encoder of BERT (Devlin et al. 2019), with layer normalisation after every block: from what `embed` gives to the
 * last hidden states, `[batch, length, hidden]`. `parameter` finds parameters by their Hugging Face names without `bert.`.
 */
export function encode(
  config: BertConfig,
  embedded: Value,
  mask: Value,
  parameter: Lookup,
  { dropout = noDropout, layout = fixedLayout, firstOnly = false }: EncodeOptions = {},
): Value {
  const [batch, length] = mask.shape;
  const { hiddenSize: hidden, heads } = config;
  const dense = (x: Value, name: string): Value => layout.dense(x, name, parameter);
  const norm = (x: Value, name: string): Value =>
    layerNorm(x, parameter(`${name}.weight`), parameter(`${name}.bias`), config.layerNormEps);
  const split = (x: Value): Value =>
    transpose(reshape(x, [batch, x.shape[1], heads, hidden / heads]), [0, 2, 1, 3]);
  const bias = reshape(mul(sub(1, cast(mask, 'float32')), MASKED), [batch, 1, 1, length]);

  let x = dropout(norm(embedded, 'embeddings.LayerNorm'), 'hidden');
  for (let layer = 0; layer < config.layers; layer++) {
    const at = `encoder.layer.${layer}`;
    const asking = firstOnly && layer === config.layers - 1 ? slice(x, 1, 0, 1) : x;
    const [query, key, value] = ['query', 'key', 'value'].map((part) =>
      split(dense(part === 'query' ? asking : x, `${at}.attention.self.${part}`)),
    );
    const scores = mul(matmul(query, transpose(key, [0, 1, 3, 2])), 1 / Math.sqrt(hidden / heads));
    const attention = dropout(softmax(add(scores, bias)), 'attention');
    const context = reshape(transpose(matmul(attention, value), [0, 2, 1, 3]), asking.shape);
    const attended = dropout(dense(context, `${at}.attention.output.dense`), 'hidden');
    x = norm(add(attended, asking), `${at}.attention.output.LayerNorm`);
    const inner = ACTIVATION[config.activation](dense(x, `${at}.intermediate.dense`));
    x = norm(add(dropout(dense(inner, `${at}.output.dense`), 'hidden'), x), `${at}.output.LayerNorm`);
  }
  return x;
}
