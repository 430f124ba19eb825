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
import type { BertConfig } from '../architectures/bert/config.ts';
import {
  EMBEDDINGS,
  embed,
  encode,
  encoderInputs,
  fixedLayout,
  type Layout,
  type Lookup,
  noDropout,
} from '../architectures/bert/graph.ts';
import type { Head } from '../heads/head.ts';

export interface ExportOptions {
  readonly config: BertConfig;
  /** Absent: the encoder alone. */
  readonly head?: Head<never, unknown>;
  /** Whether `last_hidden_state` is an output beside the head's; it is without a head. */
  readonly hidden?: boolean;
  readonly weights: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;
  /** int8: dynamic quantisation of every dense layer of the encoder, and of the embeddings of words. */
  readonly precision: Dtype;
}

/** How the weights of an exported model are stored and multiplied. */
export const DTYPES = ['fp32', 'int8'] as const;
export type Dtype = (typeof DTYPES)[number];

/** Any sizes do that nothing else has: in the file they have names. */
const [BATCH, LENGTH] = [1009, 1013];
/** Seven bits: two products with uint8 then fit the 16 bits in which processors without VNNI add them up. */
const LARGEST_FACTOR = 63;
/** Numbers that are only looked up have all eight. */
const LARGEST_ENTRY = 127;

/** 0, 1, 2… along the second axis of `ids [batch, length]`. */
function runningPositions(ids: Value): Value {
  const counted: Value = {
    operation: 'CumSum',
    inputs: [add(mul(ids, 0), 1), constant(1, [], 'int64')],
    attributes: {},
    output: 0,
    shape: ids.shape,
    type: 'int64',
  };
  return sub(counted, 1);
}

const floatDense = (x: Value, name: string, parameter: Lookup): Value =>
  add(matmul(x, transpose(parameter(`${name}.weight`))), parameter(`${name}.bias`));

/** A table in 8 bits and the scale of every row. */
function storedTable(name: string, parameter: Lookup): [table: Value, scales: Value] {
  const [rows, columns] = parameter(name).shape;
  return [input(quantisedName(name), [rows, columns], 'int8'), input(scaleName(name), [rows, 1])];
}

function quantisedRows(ids: Value, name: string, parameter: Lookup): Value {
  const [table, scales] = storedTable(name, parameter);
  return mul(cast(gather(table, ids), 'float32'), gather(scales, ids));
}

function wholeTable(name: string, parameter: Lookup): Value {
  const [table, scales] = storedTable(name, parameter);
  return mul(cast(table, 'float32'), scales);
}

const quantisedName = (name: string): string => `${name}_quantized`;
const scaleName = (name: string): string => `${name}_scale`;

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
    inputs: [part(0), input(quantisedName(`${name}.weight`), [columns, rows], 'int8'), part(2)],
    attributes: {},
    output: 0,
    shape: x.shape.with(-1, rows),
    type: 'int32',
  };
  const scale = mul(part(1), input(scaleName(`${name}.weight`), [rows]));
  return add(mul(cast(product, 'float32'), scale), parameter(`${name}.bias`));
}

/** Rows of a matrix as int8 with a scale each, symmetric about 0; stored by rows, or turned into columns. */
export function quantise(
  data: Float32Array,
  rows: number,
  { turned, largest }: { turned: boolean; largest: number },
): { quantised: Int8Array; scales: Float32Array } {
  const columns = data.length / rows;
  const quantised = new Int8Array(data.length);
  const scales = new Float32Array(rows);
  const [rowStep, columnStep] = turned ? [1, rows] : [columns, 1];
  for (let row = 0; row < rows; row++) {
    const own = data.subarray(row * columns, (row + 1) * columns);
    const scale = own.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / largest || 1;
    scales[row] = scale;
    for (let column = 0; column < columns; column++)
      quantised[row * rowStep + column * columnStep] = Math.round(own[column] / scale);
  }
  return { quantised, scales };
}

/**
 * An ONNX model with the inputs and outputs of Hugging Face's: `input_ids`, `attention_mask` and `token_type_ids`, int64
 * `[batch, sequence]` of any sizes, and those of the head (`logits`) or `last_hidden_state`.
 */
export function exportOnnx({
  config,
  head,
  hidden: withHidden,
  weights,
  precision,
}: ExportOptions): Uint8Array {
  const parameters = new Map(Array.from(weights, ([name, { shape }]) => [name, input(name, shape)]));
  const parameter: Lookup = (name) => parameters.get(name)!;
  // heads may multiply by the table too
  const headParameter: Lookup = (name) =>
    precision === 'int8' && name === EMBEDDINGS.words ? wholeTable(name, parameter) : parameter(name);
  const inputs = encoderInputs(BATCH, LENGTH);
  const mask = inputs.attention_mask;
  const positions = { ids: runningPositions(inputs.input_ids), count: config.maxPositions };
  const layout: Layout = {
    positions: (table) => gather(table, positions.ids),
    ...(precision === 'int8'
      ? { dense: quantisedDense, words: quantisedRows }
      : { dense: floatDense, words: fixedLayout.words }),
  };
  const alone = head === undefined || withHidden === true;
  const firstOnly = !alone && head?.firstOnly === true;
  const embedded = embed(inputs, parameter, layout);
  const hidden = encode(config, embedded, mask, parameter, { layout, firstOnly });
  const dense = (x: Value, name: string): Value => floatDense(x, name, parameter);
  const outputs: Record<string, Value> = {
    ...(alone && { last_hidden_state: hidden }),
    ...head?.outputs({ hidden, mask, parameter: headParameter, dense, dropout: noDropout, positions }),
  };

  const stored = new Map<string, TypedArray>();
  for (const [name, { shape, data }] of weights) {
    stored.set(name, data);
    const isTable = name === EMBEDDINGS.words;
    if (precision === 'int8' && (isTable || (shape.length === 2 && name.startsWith('encoder.')))) {
      const { quantised, scales } = quantise(data, shape[0], {
        turned: !isTable,
        largest: isTable ? LARGEST_ENTRY : LARGEST_FACTOR,
      });
      stored.set(quantisedName(name), quantised);
      stored.set(scaleName(name), scales);
    }
  }
  const named = ({ shape }: Value): (number | string)[] =>
    shape.map((size, axis) =>
      axis === 0 ? 'batch' : size === LENGTH && shape.length > 2 ? 'sequence' : size,
    );
  const declared = {
    ...Object.fromEntries(Object.keys(inputs).map((name) => [name, ['batch', 'sequence']])),
    ...Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, named(value)])),
  };
  return toOnnx(outputs, { weights: stored, declared });
}
