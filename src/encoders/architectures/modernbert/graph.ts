import {
  abs,
  add,
  cast,
  concat,
  constant,
  cos,
  greater,
  layerNorm,
  matmul,
  mul,
  neg,
  reshape,
  sin,
  slice,
  softmax,
  sub,
  transpose,
  type Value,
} from '../../../autograd/index.ts';
import type { EncoderGraph } from '../architecture.ts';
import { ACTIVATIONS, type Dropout, encoderInput, type Layout, type Lookup } from '../graph.ts';
import type { ModernBertConfig } from './config.ts';
import { EMBEDDINGS, FINAL_NORM, layerName } from './names.ts';

/** Below any attention score: a masked token gets no attention. */
const MASKED = -1e9;

/** Layer normalisation, without a bias where the configuration has none. */
export function normOf(
  { biases, normEps }: ModernBertConfig,
  x: Value,
  name: string,
  parameter: Lookup,
): Value {
  const width = x.shape.at(-1)!;
  const bias = biases.norm ? parameter(`${name}.bias`) : constant(new Array<number>(width).fill(0));
  return layerNorm(x, parameter(`${name}.weight`), bias, normEps);
}

/** What is added to attention scores, `[batch, 1, 1 or length, length]`: of all tokens, and of those nearby. */
function maskings(
  { window }: ModernBertConfig,
  mask: Value,
  places: Value,
): Record<'global' | 'local', Value> {
  const [batch, length] = mask.shape;
  const padding = reshape(mul(sub(1, cast(mask, 'float32')), MASKED), [batch, 1, 1, length]);
  const distance = abs(sub(transpose(places, [0, 1, 3, 2]), places));
  const isFar = cast(greater(distance, Math.floor(window / 2)), 'float32');
  return { global: padding, local: add(padding, mul(isFar, MASKED)) };
}

/** Rotates the two halves of queries and keys by angles that follow from the position (Su et al. 2021). */
function rotation(places: Value, size: number, theta: number): (x: Value) => Value {
  const half = size / 2;
  const frequencies = Array.from({ length: half }, (_, i) => 1 / theta ** ((2 * i) / size));
  const angles = mul(transpose(places, [0, 1, 3, 2]), constant(frequencies));
  const [cosines, sines] = [cos(angles), sin(angles)].map((part) => concat([part, part], 3));
  return (x) => {
    // the first position alone has the angle 0
    if (x.shape[2] !== places.shape[3]) return x;
    const turned = concat([neg(slice(x, 3, half, size)), slice(x, 3, 0, half)], 3);
    return add(mul(x, cosines), mul(turned, sines));
  };
}

/** 0, 1, 2… as `[batch or 1, 1, 1, length]`. */
function placesOf(mask: Value, layout: Layout): Value {
  const places = cast(layout.indices(mask), 'float32');
  const [rows, length] = places.shape;
  return reshape(places, [rows, 1, 1, length]);
}

/**
 * The encoder of ModernBERT (Warner et al. 2024): layer normalisation before every block, rotary positions, gated inner
 * layers, and attention that is local in most layers.
 */
export const graph: EncoderGraph<ModernBertConfig> = {
  words: EMBEDDINGS.words,
  tables: [{ name: EMBEDDINGS.words, row: ({ ids }, token) => Number(ids[token]) }],

  inputs: (shape) => ({
    input_ids: encoderInput('input_ids', shape),
    attention_mask: encoderInput('attention_mask', shape),
  }),

  embed: (_config, { input_ids: ids }, parameter, layout) => layout.rows(ids, EMBEDDINGS.words, parameter),

  encode(config, embedded, mask, parameter, { dropout, layout, firstOnly }) {
    const [batch, length] = mask.shape;
    const drop: Dropout = (y, kind) => dropout(y, kind, length);
    const { hiddenSize: hidden, heads, biases, theta } = config;
    const size = hidden / heads;
    const norm = (x: Value, name: string): Value => normOf(config, x, name, parameter);
    const split = (x: Value): Value => transpose(reshape(x, [batch, x.shape[1], heads, size]), [0, 2, 1, 3]);
    const places = placesOf(mask, layout);
    const masks = maskings(config, mask, places);
    const turns = {
      global: rotation(places, size, theta.global),
      local: rotation(places, size, theta.local),
    };

    let x = dropout(norm(embedded, EMBEDDINGS.norm), 'embedding');
    for (let layer = 0; layer < config.layers; layer++) {
      const at = layerName(layer);
      const reach = config.isGlobal[layer] ? 'global' : 'local';
      const isFirstOnly = firstOnly && layer === config.layers - 1;
      const asking = isFirstOnly ? slice(x, 1, 0, 1) : x;
      const normed = layer === 0 ? x : norm(x, `${at}.attn_norm`);
      const all = layout.dense(normed, `${at}.attn.Wqkv`, parameter, biases.attention);
      const [queries, keys, values] = [0, 1, 2].map((part) =>
        slice(all, 2, part * hidden, (part + 1) * hidden),
      );
      const query = turns[reach](split(isFirstOnly ? slice(queries, 1, 0, 1) : queries));
      const key = turns[reach](split(keys));
      const scores = mul(matmul(query, transpose(key, [0, 1, 3, 2])), 1 / Math.sqrt(size));
      const isPart = isFirstOnly && reach === 'local';
      const masking = isPart ? slice(masks.local, 2, 0, 1) : masks[reach];
      const attention = drop(softmax(add(scores, masking)), 'attention');
      const context = reshape(transpose(matmul(attention, split(values)), [0, 2, 1, 3]), asking.shape);
      const attended = layout.dense(context, `${at}.attn.Wo`, parameter, biases.attention);
      x = add(asking, drop(attended, 'attention'));
      const inner = layout.dense(norm(x, `${at}.mlp_norm`), `${at}.mlp.Wi`, parameter, biases.mlp);
      const [gated, gate] = [0, 1].map((part) => {
        const width = config.intermediateSize;
        return slice(inner, 2, part * width, (part + 1) * width);
      });
      const opened = drop(mul(ACTIVATIONS[config.activation](gated), gate), 'hidden');
      x = add(x, layout.dense(opened, `${at}.mlp.Wo`, parameter, biases.mlp));
    }
    return norm(x, FINAL_NORM);
  },
};
