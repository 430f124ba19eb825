import {
  add,
  cast,
  cumulativeSum,
  type Dimension,
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
import type { EncoderConfig } from '../architectures/architecture.ts';
import { encoderFrame } from '../architectures/frame.ts';
import { fixedLayout, type Layout, type Lookup, type Shortcuts } from '../architectures/graph.ts';
import { architectureOf } from '../architectures/registry.ts';
import type { Head } from '../heads/head.ts';
import type { Tensor } from '../weights/stored.ts';

export interface ExportOptions {
  readonly config: EncoderConfig;
  /** Absent: the encoder alone. */
  readonly head?: Head<unknown>;
  /** Whether `last_hidden_state` is an output in addition to the head's; without a head it always is. */
  readonly hidden?: boolean;
  readonly weights: ReadonlyMap<string, Tensor>;
  /** int8: dynamic quantisation of every dense layer of the encoder and of the word embeddings. */
  readonly precision: Dtype;
  /** For batches without padding; see `Shortcuts`. */
  readonly shortcuts?: OpenShortcuts;
}

/** Shortcuts in a graph that accepts any shape. */
export interface OpenShortcuts {
  /** From the sum of embeddings; see `EncodeOptions`. */
  of(embedded: Value, layout: Layout): Shortcuts;
  /** Weights that they need besides those of the encoder. */
  readonly weights: ReadonlyMap<string, TypedArray>;
  /** Declared shapes of the inputs that they add. */
  readonly declared: Readonly<Record<string, readonly Dimension[]>>;
}

/** Number types of an exported model's weights and products. */
export const DTYPES = ['fp32', 'int8'] as const;
export type Dtype = (typeof DTYPES)[number];

/** Placeholder sizes that nothing else has; the file has names in their place. */
export const OPEN_SHAPE = { batch: 1009, length: 1013 };
const { length: LENGTH } = OPEN_SHAPE;
/** Seven bits: two products with uint8 then fit the 16-bit accumulators of processors without VNNI. */
const LARGEST_FACTOR = 63;
/** Values that are only looked up use all eight bits. */
const LARGEST_ENTRY = 127;

/** 0, 1, 2… along the second axis of `ids [batch, length]`. */
const runningPositions = (ids: Value): Value => sub(cumulativeSum(add(mul(ids, 0), 1), 1), 1);

function floatDense(x: Value, name: string, parameter: Lookup, withBias = true): Value {
  const product = matmul(x, transpose(parameter(`${name}.weight`)));
  return withBias ? add(product, parameter(`${name}.bias`)) : product;
}

/** A table in 8 bits, and the scale of every row. */
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
 * A dense layer in 8 bits, in the form that ONNX Runtime fuses: x is quantised dynamically to uint8 with one scale, the
 * weights beforehand to int8 with one scale per row.
 */
function quantisedDense(x: Value, name: string, parameter: Lookup, withBias = true): Value {
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
  const scaled = mul(cast(product, 'float32'), scale);
  return withBias ? add(scaled, parameter(`${name}.bias`)) : scaled;
}

/** Rows of a matrix as int8 with one scale each, symmetric about 0; optionally stored as columns. */
export function quantise(
  data: Float32Array,
  rows: number,
  { transposed, largest }: { transposed: boolean; largest: number },
): { quantised: Int8Array; scales: Float32Array } {
  const columns = data.length / rows;
  const quantised = new Int8Array(data.length);
  const scales = new Float32Array(rows);
  const [rowStep, columnStep] = transposed ? [1, rows] : [columns, 1];
  for (let row = 0; row < rows; row++) {
    const own = data.subarray(row * columns, (row + 1) * columns);
    const scale = own.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / largest || 1;
    scales[row] = scale;
    for (let column = 0; column < columns; column++)
      quantised[row * rowStep + column * columnStep] = Math.round(own[column] / scale);
  }
  return { quantised, scales };
}

/** Operators for batches of any shape, in 32 or 8 bits. */
function openLayout({ maxPositions }: EncoderConfig, words: string, precision: Dtype): Layout {
  const small = precision === 'int8';
  return {
    rows: small ? quantisedRows : fixedLayout.rows,
    positions: (table, ids) => gather(table, runningPositions(ids)),
    indices: runningPositions,
    dense: small ? quantisedDense : floatDense,
    head: {
      dense: floatDense,
      // masked-language-model heads multiply by the table
      parameter: (name, parameter) =>
        small && name === words ? wholeTable(name, parameter) : parameter(name),
      positions: (ids) => ({ ids: runningPositions(ids), count: maxPositions }),
    },
  };
}

/** The weights that the file stores, and their quantised 8-bit form next to them. */
function storedWeights({ config, weights, precision }: ExportOptions): Map<string, TypedArray> {
  const { graph, parameters } = architectureOf(config);
  const tables = new Set(graph.tables.map(({ name }) => name));
  const stored = new Map<string, TypedArray>();
  for (const [name, { shape, data }] of weights) {
    stored.set(name, data);
    if (precision !== 'int8') continue;
    const isTable = name === graph.words;
    const isDense = shape.length === 2 && parameters.isEncoder(name) && !tables.has(name);
    if (!isTable && !isDense) continue;
    const largest = isTable ? LARGEST_ENTRY : LARGEST_FACTOR;
    const { quantised, scales } = quantise(data, shape[0], { transposed: !isTable, largest });
    stored.set(quantisedName(name), quantised);
    stored.set(scaleName(name), scales);
  }
  return stored;
}

/**
 * An ONNX model with the inputs and outputs of Hugging Face's: `input_ids`, `attention_mask` and `token_type_ids`, int64
 * `[batch, sequence]` of any sizes, and those of the head (`logits`) or `last_hidden_state`.
 */
export function exportOnnx(options: ExportOptions): Uint8Array {
  const { config, head, hidden: withHidden = false, weights, precision, shortcuts } = options;
  const encoderOnly = head === undefined || withHidden;
  const layout = openLayout(config, architectureOf(config).graph.words, precision);
  const frame = encoderFrame({
    config,
    shapes: new Map(Array.from(weights, ([name, { shape }]) => [name, shape])),
    ...OPEN_SHAPE,
    layout,
    firstOnly: !encoderOnly && head.firstOnly === true,
  });
  const context = frame.encode(shortcuts?.of(frame.embedded, layout));
  const outputs: Record<string, Value> = {
    ...(encoderOnly && { last_hidden_state: context.hidden }),
    ...head?.outputs(context),
  };
  const named = ({ shape }: Value): (number | string)[] =>
    shape.map((size, axis) =>
      axis === 0 ? 'batch' : size === LENGTH && shape.length > 2 ? 'sequence' : size,
    );
  const declared = {
    ...Object.fromEntries(Object.keys(frame.inputs).map((name) => [name, ['batch', 'sequence']])),
    ...Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, named(value)])),
    ...shortcuts?.declared,
  };
  const stored = new Map([...storedWeights(options), ...(shortcuts?.weights ?? [])]);
  return toOnnx(outputs, { weights: stored, declared });
}
