import { BYTES, damaged, elements } from '../stored.ts';
import type { OnnxNode } from './file.ts';
import type { Walk } from './graph.ts';
import { readNumbers, typeOf } from './numbers.ts';

/** A tensor that does not depend on the inputs: stored, or computed from stored ones. */
export interface Constant {
  /** Equal names: the same numbers. */
  readonly name: string;
  readonly shape: readonly number[];
  /** What `read` reads of the file. */
  readonly bytes: number;
  read(): Promise<Float32Array>;
}

/** Nodes on the way from a stored tensor to its use. */
const MAX_STEPS = 32;

/**
 * The constant behind a value: a stored tensor, also through Identity, Cast, Transpose and DequantizeLinear; undefined for
 * any other value.
 */
export function constantOf(graph: Walk, name: string | undefined, steps = MAX_STEPS): Constant | undefined {
  if (!name || steps === 0) return undefined;
  const stored = graph.tensor(name);
  if (stored) {
    const { shape } = stored;
    const type = typeOf(stored, graph.file);
    const bytes = elements(shape) * BYTES[type];
    return { name, shape, bytes, read: () => readNumbers(stored, graph.file) };
  }
  const node = graph.producer(name);
  if (!node) return undefined;
  const [first] = node.inputs;
  switch (node.operator) {
    case 'Constant':
      return scalarOf(node, name);
    case 'Identity':
    case 'Cast':
      return constantOf(graph, first, steps - 1);
    case 'Transpose': {
      const source = constantOf(graph, first, steps - 1);
      const { integers = [] } = node.attributes.get('perm') ?? {};
      return source?.shape.length === 2 && [`1,0`, ''].includes(integers.join()) ? turned(source) : undefined;
    }
    case 'DequantizeLinear': {
      if (node.attributes.get('block_size')?.integer) return undefined;
      const [values, scale, zero] = node.inputs.map((input) => constantOf(graph, input, steps - 1));
      const axis = node.attributes.get('axis')?.integer ?? 1;
      return values && scale && dequantised({ values, scale, zero, axis }, graph.file);
    }
    default:
      return undefined;
  }
}

function scalarOf({ attributes }: OnnxNode, name: string): Constant | undefined {
  const value = attributes.get('value_float')?.float ?? attributes.get('value_int')?.integer;
  return value === undefined
    ? undefined
    : { name, shape: [], bytes: 0, read: async () => Float32Array.of(value) };
}

/** A matrix with its rows as columns. */
export function turned(source: Constant): Constant {
  const [rows, columns] = source.shape;
  return {
    name: `${source.name}ᵀ`,
    shape: [columns, rows],
    bytes: source.bytes,
    async read() {
      const values = await source.read();
      const result = new Float32Array(values.length);
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++)
          result[column * rows + row] = values[row * columns + column];
      return result;
    },
  };
}

/** Some columns of a matrix, or some numbers of a vector. */
export function columnsOf(source: Constant, from: number, count: number): Constant {
  const width = source.shape.at(-1)!;
  return {
    name: `${source.name}[${from}:${from + count}]`,
    shape: source.shape.with(-1, count),
    bytes: source.bytes,
    async read() {
      const values = await source.read();
      const result = new Float32Array((values.length / width) * count);
      for (let row = 0; row * count < result.length; row++)
        result.set(values.subarray(row * width + from, row * width + from + count), row * count);
      return result;
    },
  };
}

export interface Quantised {
  readonly values: Constant;
  /** One for all, or one for every index of `axis`. */
  readonly scale: Constant;
  readonly zero?: Constant;
  readonly axis: number;
}

/** (values − zero) × scale. Throws a UserError if the scales do not fit the shape. */
export function dequantised({ values, scale, zero, axis }: Quantised, file: string): Constant {
  const { shape } = values;
  const at = axis < 0 ? axis + shape.length : axis;
  const count = elements(scale.shape);
  const fits = count === 1 || count === shape[at];
  if (!fits || (zero && ![1, count].includes(elements(zero.shape))))
    throw damaged(file, values.name, {
      en: `${count} scales do not fit the shape [${shape.join(', ')}]`,
      zh: `${count} 个缩放系数与形状 [${shape.join(', ')}] 不符`,
    });
  const stride = shape.slice(at + 1).reduce((product, side) => product * side, 1);
  return {
    name: `${values.name} × ${scale.name}`,
    shape,
    bytes: values.bytes,
    async read() {
      const [numbers, scales, zeros = Float32Array.of(0)] = await Promise.all([
        values.read(),
        scale.read(),
        zero?.read(),
      ]);
      for (let i = 0; i < numbers.length; i++) {
        const channel = Math.floor(i / stride) % (shape[at] ?? 1);
        const [own, none] = [scales, zeros].map((list) => list[list.length === 1 ? 0 : channel]);
        numbers[i] = Math.fround(numbers[i] - none) * own;
      }
      return numbers;
    },
  };
}
