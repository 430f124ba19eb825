import { GraphError, ShapeError } from './errors.ts';
import { sorted } from './grad.ts';
import {
  type Dimension,
  ELEMENT_TYPES,
  type ElementType,
  encodeOnnx,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from './onnx.ts';
import { type Shape, sizeOf, type Value } from './value.ts';

/** The array of a tensor: `float32`, `bool`, `uint8`, `int8`, `int32` or `int64`. */
export type TypedArray = Float32Array | Uint8Array | Int8Array | Int32Array | BigInt64Array;

/** Tensors by name; values are row-major. */
export type Tensors = Readonly<Record<string, TypedArray>>;

/** What becomes part of a written model. */
export interface ModelOptions {
  /** Inputs that become part of the model instead of being fed: parameters, when a model is exported. */
  readonly weights?: ReadonlyMap<string, TypedArray>;
  /** Names in place of sizes in the declared shapes of inputs and outputs, for models that must take any batch. */
  readonly declared?: Readonly<Record<string, readonly Dimension[]>>;
  /** Name of a further output, before all others: a list of one tensor. See `UNCOPIED`. */
  readonly list?: string;
}

/**
 * Writes a graph as an ONNX model of standard operators: `outputs` names its results. Equal values are computed once.
 * Throws a GraphError if two different inputs share a name, a ShapeError if weights have the wrong size.
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { add, input, openModel, toOnnx } from 'chineseblue/autograd';
 *
 * await writeFile('plus-one.onnx', toOnnx({ y: add(input('x', [2]), 1) }));
 * const program = await openModel('plus-one.onnx');
 * const { y } = await program.run({ x: Float32Array.of(1, 2) });
 * Array.from(y, Number); // [2, 3]
 * await program.release();
 * ```
 */
export function toOnnx(
  outputs: Readonly<Record<string, Value>>,
  { weights, declared = {}, list }: ModelOptions = {},
): Uint8Array {
  const graph = graphOf(outputs, weights);
  const declare = (value: OnnxValue): OnnxValue => ({ ...value, shape: declared[value.name] ?? value.shape });
  const named = { ...graph, inputs: graph.inputs.map(declare), outputs: graph.outputs.map(declare) };
  return encodeOnnx(list === undefined ? named : withList(named, list));
}

/** The operators of a graph, with the declarations of its inputs and outputs. */
export function graphOf(
  outputs: Readonly<Record<string, Value>>,
  weights?: ModelOptions['weights'],
): OnnxGraph {
  const { nodes, initializers, inputs, nameOf } = lowerGraph(outputs, weights);
  for (const [name, value] of Object.entries(outputs)) {
    if (inputs.has(name) || initializers.has(name))
      throw new GraphError(`An input and an output are named ${name}`);
    nodes.push({ operator: 'Identity', inputs: [nameOf(value)], outputs: [name] });
  }
  return {
    name: 'graph',
    nodes,
    initializers: [...initializers.values()],
    inputs: [...inputs.values()],
    outputs: Object.entries(outputs).map(([name, { shape, type }]) => ({ name, shape, type })),
  };
}

/** The same graph with a further output before all others: a list of the first. */
export function withList(graph: OnnxGraph, name: string): OnnxGraph {
  const [first] = graph.outputs;
  const node = { operator: 'SequenceConstruct', inputs: [first.name], outputs: [name] };
  const outputs = [{ ...first, name, isSequence: true }, ...graph.outputs];
  return { ...graph, nodes: [...graph.nodes, node], outputs };
}

/** The nodes, constants and inputs of a graph; equal values become one node. */
interface LoweredGraph {
  readonly nodes: OnnxNode[];
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  readonly inputs: ReadonlyMap<string, OnnxValue>;
  /** The name of a value's result. */
  nameOf(value: Value): string;
}

function lowerGraph(
  outputs: Readonly<Record<string, Value>>,
  weights: ModelOptions['weights'],
): LoweredGraph {
  const order = sorted(Object.values(outputs));
  const own = prefixOf([...Object.keys(outputs), ...order.map(({ attributes }) => String(attributes.name))]);
  const names = new Map<Value, string>();
  const known = new Map<string, string>();
  const identities = new Map<string, number>();
  const nodes: (OnnxNode & { outputs: string[] })[] = [];
  const initializers = new Map<string, OnnxTensor>();
  const inputs = new Map<string, OnnxValue>();
  const leaf = createLeaves(inputs, initializers, weights);

  const integers = (list: readonly number[]): string => {
    const name = `${own}integers_${list.join('_')}`;
    if (!initializers.has(name))
      initializers.set(name, tensor(name, 'int64', [list.length], BigInt64Array.from(list, BigInt)));
    return name;
  };

  const visit = (value: Value): string => {
    const { operation, attributes, output, shape, type } = value;
    if (operation === 'Input') return leaf(value);
    const from = value.inputs.map((input) => names.get(input)!);
    // results of one operator share a key; the type distinguishes casts and constants
    const typing = operation === 'Constant' ? type + shape.join() : operation === 'Cast' ? type : '';
    const key = `${operation}(${from.join()})${keyOf(attributes)}${typing}`;
    const same = known.get(`${key}#${output}`);
    if (same) return same;
    if (operation === 'Constant') {
      const name = `${own}constant_${initializers.size}`;
      initializers.set(name, tensor(name, type, shape, typed(type, attributes.values as number[])));
      known.set(`${key}#0`, name);
      return name;
    }
    const index = identities.get(key) ?? nodes.length;
    if (index === nodes.length) {
      identities.set(key, index);
      nodes.push({ ...lower(value, from, integers), outputs: [`${own}v${index}`] });
    }
    const name = output === 0 ? `${own}v${index}` : `${own}v${index}_${output}`;
    const results = nodes[index].outputs;
    while (results.length < output) results.push('');
    results[output] = name;
    known.set(`${key}#${output}`, name);
    return name;
  };

  for (const value of order) names.set(value, visit(value));
  return { nodes, initializers, inputs, nameOf: (value) => names.get(value)! };
}

/** Returns a function that gathers a graph's inputs, as inputs or with their weights, and returns their names. */
function createLeaves(
  inputs: Map<string, OnnxValue>,
  initializers: Map<string, OnnxTensor>,
  weights: ModelOptions['weights'],
) {
  return ({ attributes, shape, type }: Value): string => {
    const name = attributes.name as string;
    const data = weights?.get(name);
    const before = inputs.get(name) ?? initializers.get(name);
    if (before && (before.shape.join() !== shape.join() || before.type !== type)) {
      throw new GraphError(`Two different inputs are named ${name}`);
    }
    if (data) initializers.set(name, tensor(name, type, shape, data));
    else inputs.set(name, { name, type, shape });
    return name;
  };
}

/** What names of inner values begin with, so that none is that of an input or an output: usually nothing. */
function prefixOf(given: readonly string[]): string {
  let prefix = '';
  const collides = (name: string): boolean =>
    name.startsWith(prefix) && /^(v\d|constant_|integers_)/.test(name.slice(prefix.length));
  while (given.some(collides)) prefix += '_';
  return prefix;
}

/** Equal for equal attributes only: JSON alone writes `null` for NaN and the infinities, and 0 for -0. */
export const keyOf = (attributes: Value['attributes']): string =>
  JSON.stringify(attributes, (_name, value) =>
    typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
      ? `${Object.is(value, -0) ? '-' : ''}${value}`
      : value,
  );

/** Operations that the standard writes with integer inputs where we keep attributes; all others are unchanged. */
const INTEGER_INPUTS: Readonly<
  Record<string, (attributes: Record<string, never>, from: Shape) => (readonly number[])[]>
> = {
  // 0 keeps a size and -1 is the remainder: models whose batch and length have names stay valid for any
  Reshape: ({ shape }, from) => [keepLeading(shape, from)],
  Expand: ({ shape }) => [shape],
  ReduceSum: ({ axes }) => [axes],
  ReduceMean: ({ axes }) => [axes],
  ReduceMax: ({ axes }) => [axes],
  Slice: ({ start, end, axis }) => [[start], [end], [axis]],
  // over all axes: ONNX Runtime moves a Pad with an input for axes across a Transpose wrongly
  Pad: ({ before, after, axis }, { length }) => [
    Array.from({ length: 2 * length }, (_, i) => (i === axis ? before : i === axis + length ? after : 0)),
  ],
};

function lower(
  value: Value,
  from: readonly string[],
  integers: (list: readonly number[]) => string,
): Omit<OnnxNode, 'outputs'> {
  const { operation, attributes, type } = value;
  const extra = INTEGER_INPUTS[operation]?.(attributes as Record<string, never>, value.inputs[0].shape);
  const kept: Record<string, OnnxAttribute | undefined> = extra
    ? { keepdims: attributes.keepdims }
    : operation === 'Cast'
      ? { to: ELEMENT_TYPES[type] }
      : attributes;
  return {
    operator: operation,
    inputs: [...from, ...(extra ?? []).map(integers)],
    attributes: Object.fromEntries(Object.entries(kept).filter(([, given]) => given !== undefined)) as Record<
      string,
      OnnxAttribute
    >,
  };
}

function keepLeading(shape: Shape, from: Shape): number[] {
  const changed = shape.findIndex((size, axis) => size !== from[axis]);
  return shape.map((size, axis) => (axis < changed ? 0 : axis === shape.length - 1 ? -1 : size));
}

/** An array of this type with these numbers. */
export function typed(type: ElementType, values: readonly number[]): TypedArray {
  switch (type) {
    case 'float32':
      return Float32Array.from(values);
    case 'int64':
      return BigInt64Array.from(values, BigInt);
    case 'int32':
      return Int32Array.from(values);
    case 'int8':
      return Int8Array.from(values);
    default:
      return Uint8Array.from(values);
  }
}

function tensor(name: string, type: ElementType, shape: readonly number[], data: TypedArray): OnnxTensor {
  if (data.length !== sizeOf(shape)) {
    throw new ShapeError(`${name}: ${data.length} values do not fill [${shape.join(', ')}]`);
  }
  return { name, type, shape, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}
