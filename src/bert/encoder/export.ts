import {
  add,
  cast,
  constant,
  gather,
  input,
  matmul,
  mul,
  sub,
  type TypedArray,
  toOnnx,
  transpose,
  type Value,
} from '../../autograd/index.ts';
import type { BertConfig } from '../config.ts';
import type { Head } from '../heads/head.ts';
import { embed, encode, encoderInputs, type Layout, type Lookup, noDropout } from './encoder.ts';

export interface ExportOptions {
  readonly config: BertConfig;
  /** Absent: the encoder alone, whose output is `last_hidden_state`. */
  readonly head?: Head<never, unknown>;
  readonly weights: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;
  /** int8: dynamic quantisation of every dense layer of the encoder. */
  readonly precision: 'fp32' | 'int8';
}

/** Any sizes do that differ from each other: in the file they have names. */
const [BATCH, LENGTH] = [2, 3];
const LARGEST = 127;

/** 0, 1, 2… along the second axis of `ids [batch, length]`, for a table of positions. */
function runningPositions(table: Value, ids: Value): Value {
  const ones = add(mul(ids, 0), 1);
  const counted: Value = {
    operation: 'CumSum',
    inputs: [ones, constant(1, [], 'int64')],
    attributes: {},
    output: 0,
    shape: ids.shape,
    type: 'int64',
  };
  return gather(table, sub(counted, 1));
}

const floatDense = (x: Value, name: string, parameter: Lookup): Value =>
  add(matmul(x, transpose(parameter(`${name}.weight`))), parameter(`${name}.bias`));

/**
 * A dense layer in 8 bits, as ONNX Runtime fuses it: x is quantised as it comes, to uint8 with one scale, the weights
 * beforehand, to int8 with a scale a row.
 */
function quantisedDense(x: Value, name: string, parameter: Lookup): Value {
  const weight = parameter(`${name}.weight`);
  const [rows, columns] = weight.shape;
  const part = (output: number): Value => ({
    operation: 'DynamicQuantizeLinear',
    inputs: [x],
    attributes: {},
    output,
    shape: output === 0 ? x.shape : [],
    type: output === 1 ? 'float32' : 'uint8',
  });
  const product: Value = {
    operation: 'MatMulInteger',
    inputs: [part(0), input(`${name}.weight_quantized`, [columns, rows], 'int8'), part(2)],
    attributes: {},
    output: 0,
    shape: x.shape.with(-1, rows),
    type: 'int32',
  };
  const scale = mul(part(1), input(`${name}.weight_scale`, [rows]));
  return add(mul(cast(product, 'float32'), scale), parameter(`${name}.bias`));
}

/** Weights `[out, in]` as int8 `[in, out]` with a scale for every output, symmetric about 0. */
export function quantise(data: Float32Array, rows: number): { quantised: Int8Array; scales: Float32Array } {
  const columns = data.length / rows;
  const quantised = new Int8Array(data.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const own = data.subarray(row * columns, (row + 1) * columns);
    const scale = own.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) / LARGEST || 1;
    scales[row] = scale;
    for (let column = 0; column < columns; column++)
      quantised[column * rows + row] = Math.round(own[column] / scale);
  }
  return { quantised, scales };
}

/**
 * An ONNX model with the inputs and outputs of Hugging Face's: `input_ids`, `attention_mask` and `token_type_ids`, int64
 * `[batch, sequence]` of any sizes, and `logits` or `last_hidden_state`.
 */
export function exportOnnx({ config, head, weights, precision }: ExportOptions): Uint8Array {
  const parameters = new Map(Array.from(weights, ([name, { shape }]) => [name, input(name, shape)]));
  const parameter = (name: string): Value => parameters.get(name)!;
  const layout: Layout = {
    positions: runningPositions,
    dense: precision === 'int8' ? quantisedDense : floatDense,
  };
  const inputs = encoderInputs(BATCH, LENGTH);
  const mask = inputs.attention_mask;
  const hidden = encode(config, embed(inputs, parameter, layout), mask, parameter, { layout });
  const dense = (x: Value, name: string): Value => floatDense(x, name, parameter);
  const outputs: Record<string, Value> = head
    ? { ...head.outputs({ hidden, mask, parameter, dense, dropout: noDropout }) }
    : { last_hidden_state: hidden };

  const stored = new Map<string, TypedArray>();
  for (const [name, { shape, data }] of weights) {
    stored.set(name, data);
    if (precision === 'int8' && shape.length === 2 && name.startsWith('encoder.')) {
      const { quantised, scales } = quantise(data, shape[0]);
      stored.set(`${name}_quantized`, quantised);
      stored.set(`${name}_scale`, scales);
    }
  }
  const sizes = { [BATCH]: 'batch', [LENGTH]: 'sequence' };
  const named = ({ shape }: Value): (number | string)[] =>
    shape.map((size, axis) =>
      axis === 0 || (axis === 1 && size === LENGTH && shape.length > 2) ? sizes[size] : size,
    );
  const declared = {
    ...Object.fromEntries(Object.keys(inputs).map((name) => [name, ['batch', 'sequence']])),
    ...Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, named(value)])),
  };
  return toOnnx(outputs, { weights: stored, declared });
}
