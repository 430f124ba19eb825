import {
  add,
  cast,
  gather,
  layerNorm,
  matmul,
  mul,
  reshape,
  slice,
  softmax,
  sub,
  transpose,
  type Value,
} from '../../../autograd/index.ts';
import type { EncoderGraph } from '../architecture.ts';
import { ACTIVATIONS, type Dropout, type EncodeOptions, encoderInput, type Lookup } from '../graph.ts';
import type { BertConfig } from './config.ts';
import { firstContext } from './first-context.ts';
import { EMBEDDINGS, layerName } from './names.ts';

/** Below any attention score: a masked token gets no attention. */
const MASKED = -1e9;

/** Layer normalisation and dropout of the summed embeddings. */
export function normedEmbeddings(
  { layerNormEps }: BertConfig,
  embedded: Value,
  parameter: Lookup,
  { dropout }: EncodeOptions,
): Value {
  const [gain, bias] = ['weight', 'bias'].map((part) => parameter(`${EMBEDDINGS.norm}.${part}`));
  return dropout(layerNorm(embedded, gain, bias, layerNormEps), 'hidden');
}

/** Moves queries, keys or values by head, `[batch, heads, length, size]`; the identity in BERT. */
export type Turn = (x: Value, part: 'query' | 'key' | 'value') => Value;

export interface LayerOptions extends EncodeOptions {
  /** Positions that rotate; by default nothing moves. */
  readonly turn?: Turn;
  /** Whether the output of attention has no dropout. */
  readonly keepsAttended?: boolean;
}

const PARTS = ['query', 'key', 'value'] as const;
const denseName = (layer: string, part: (typeof PARTS)[number]): string => `${layer}.attention.self.${part}`;

/** The layers of BERT, each block followed by layer normalisation, from `[batch, length, hidden]` to the same. */
export function encodeLayers(
  config: BertConfig,
  first: Value,
  mask: Value,
  parameter: Lookup,
  { dropout, layout, firstOnly, shortcuts, turn, keepsAttended = false }: LayerOptions,
): Value {
  const [batch, length] = mask.shape;
  const { hiddenSize: hidden, heads } = config;
  const dense = (x: Value, name: string): Value => layout.dense(x, name, parameter);
  const norm = (x: Value, name: string): Value =>
    layerNorm(x, parameter(`${name}.weight`), parameter(`${name}.bias`), config.layerNormEps);
  const split = (x: Value): Value =>
    transpose(reshape(x, [batch, x.shape[1], heads, hidden / heads]), [0, 2, 1, 3]);
  const bias = reshape(mul(sub(1, cast(mask, 'float32')), MASKED), [batch, 1, 1, length]);
  const drop: Dropout = (y, kind) => dropout(y, kind, length);
  const attend = (x: Value, asking: Value, at: string, first?: readonly Value[]): Value => {
    const [query, key, value] = PARTS.map((part, i) => {
      const own = first?.[i] ?? dense(part === 'query' ? asking : x, denseName(at, part));
      return turn ? turn(split(own), part) : split(own);
    });
    const scores = mul(matmul(query, transpose(key, [0, 1, 3, 2])), 1 / Math.sqrt(hidden / heads));
    const attention = drop(softmax(shortcuts ? scores : add(scores, bias)), 'attention');
    return reshape(transpose(matmul(attention, value), [0, 2, 1, 3]), asking.shape);
  };

  let x = first;
  for (let layer = 0; layer < config.layers; layer++) {
    const at = layerName(layer);
    const isShort = firstOnly && layer === config.layers - 1;
    const asking = isShort ? slice(x, 1, 0, 1) : x;
    const context =
      isShort && shortcuts && !turn
        ? firstContext(config, x, dense(asking, denseName(at, 'query')), {
            key: parameter(`${denseName(at, 'key')}.weight`),
            value: parameter(`${denseName(at, 'value')}.weight`),
            bias: parameter(`${denseName(at, 'value')}.bias`),
          })
        : attend(x, asking, at, layer === 0 && !isShort ? shortcuts?.first : undefined);
    const attended = dense(context, `${at}.attention.output.dense`);
    x = norm(
      add(keepsAttended ? attended : drop(attended, 'hidden'), asking),
      `${at}.attention.output.LayerNorm`,
    );
    const inner = ACTIVATIONS[config.activation](dense(x, `${at}.intermediate.dense`));
    x = norm(add(drop(dense(inner, `${at}.output.dense`), 'hidden'), x), `${at}.output.LayerNorm`);
  }
  return x;
}

/** The encoder of BERT (Devlin et al. 2019), with layer normalisation after every block. */
export const graph: EncoderGraph<BertConfig> = {
  words: EMBEDDINGS.words,
  types: EMBEDDINGS.types,
  tables: [
    { name: EMBEDDINGS.words, row: ({ ids }, token) => Number(ids[token]) },
    { name: EMBEDDINGS.types, row: ({ types }, token) => Number(types[token]) },
    { name: EMBEDDINGS.positions, row: (_inputs, token, length) => token % length },
  ],

  inputs: (shape) => ({
    input_ids: encoderInput('input_ids', shape),
    token_type_ids: encoderInput('token_type_ids', shape),
    attention_mask: encoderInput('attention_mask', shape),
  }),

  embed(_config, { input_ids: ids, token_type_ids: types }, parameter, layout) {
    if (!types) throw new Error('BERT needs token types');
    return add(
      add(layout.rows(ids, EMBEDDINGS.words, parameter), gather(parameter(EMBEDDINGS.types), types)),
      layout.positions(parameter(EMBEDDINGS.positions), ids),
    );
  },

  firstDense: ({ layerNormEps }) => ({
    norm: EMBEDDINGS.norm,
    epsilon: layerNormEps,
    dense: PARTS.map((part) => denseName(layerName(0), part)),
  }),

  encode: (config, embedded, mask, parameter, options) =>
    encodeLayers(config, normedEmbeddings(config, embedded, parameter, options), mask, parameter, options),
};
