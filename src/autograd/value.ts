import { GraphError, ShapeError } from './errors.ts';
import type { ElementType, OnnxAttribute } from './onnx.ts';

/** The sizes of the axes; `[]` is a scalar. */
export type Shape = readonly number[];

/** An `undefined` attribute is omitted; equal attributes and inputs make equal values. */
export type Attributes = Readonly<Record<string, OnnxAttribute | undefined>>;

/**
 * A tensor to be computed: an operation, its inputs, and the concrete shape and type of the result.
 * Values are immutable; a graph consists of values that refer to values.
 */
export interface Value {
  /** Name of a standard ONNX operator, or `Input` or `Constant` for a leaf. */
  readonly operation: string;
  readonly inputs: readonly Value[];
  readonly attributes: Attributes;
  /** Which result of the operator this is: 0 but for `LayerNormalization`, which also gives mean and deviation. */
  readonly output: number;
  readonly shape: Shape;
  readonly type: ElementType;
}

/**
 * Data or a parameter: fed to a graph when it runs, or fixed when it is compiled.
 *
 * @example
 * ```ts
 * import { compute, input, mul } from 'chineseblue/autograd';
 *
 * const x = input('x', [2]);
 * await compute(mul(x, x), { x: Float32Array.of(3, 4) }); // [9, 16]
 * ```
 */
export function input(name: string, shape: Shape, type: ElementType = 'float32'): Value {
  return {
    operation: 'Input',
    inputs: [],
    attributes: { name },
    output: 0,
    shape: checkShape(name, shape),
    type,
  };
}

/**
 * A tensor known when the graph is built; `values` are row-major, and a single number is a scalar.
 *
 * @example
 * ```ts
 * import { constant } from 'chineseblue/autograd';
 *
 * constant([1, 2, 3, 4], [2, 2]).shape; // [2, 2]
 * constant(0.5).shape; // []
 * ```
 */
export function constant(
  values: number | readonly number[],
  shape?: Shape,
  type: ElementType = 'float32',
): Value {
  const list = typeof values === 'number' ? [values] : values;
  const size = checkShape('constant', shape ?? (typeof values === 'number' ? [] : [list.length]));
  const [least, most] = type === 'float32' ? [Number.NaN, Number.NaN] : INTEGERS[type];
  const isOf = (value: number): boolean =>
    type === 'float32' || (Number.isInteger(value) && value >= least && value <= most);
  const wrong = list.find((value) => !isOf(value));
  if (wrong !== undefined) throw new GraphError(`constant: ${wrong} is no ${type}`);
  if (sizeOf(size) !== list.length) {
    throw new ShapeError(`constant: ${list.length} values do not fill ${formatShape(size)}`);
  }
  return { operation: 'Constant', inputs: [], attributes: { values: list }, output: 0, shape: size, type };
}

/** The smallest and the largest number of a type. */
const INTEGERS: Readonly<Record<Exclude<ElementType, 'float32'>, readonly [number, number]>> = {
  bool: [0, 1],
  uint8: [0, 0xff],
  int8: [-0x80, 0x7f],
  int32: [-0x80000000, 0x7fffffff],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
};

/**
 * The number of elements of a tensor of this shape.
 *
 * @example
 * ```ts
 * import { sizeOf } from 'chineseblue/autograd';
 *
 * sizeOf([2, 3]); // 6
 * ```
 */
export const sizeOf = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);

export const formatShape = (shape: Shape): string => `[${shape.join(', ')}]`;

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

/** A copy of a valid shape; throws a ShapeError for anything else: no tensor is empty. */
export function checkShape(name: string, shape: Shape): Shape {
  if (shape.some((size) => !Number.isInteger(size) || size < 1)) {
    throw new ShapeError(`${name}: ${formatShape(shape)} is not a shape: sizes are positive integers`);
  }
  return [...shape];
}

/** The error of an operation that does not apply to tensors of these shapes. */
export function shapeError(operation: string, operands: readonly Value[], why: string): ShapeError {
  const shapes = operands
    .map(({ shape, type }) => (type === 'float32' ? '' : type) + formatShape(shape))
    .join(' and ');
  return new ShapeError(`${operation}: ${shapes} ${why}`);
}

/** 0 ≤ axis < rank, counting from the end where it is negative. */
export function normalAxis(operation: string, value: Value, axis: number): number {
  const normal = axis < 0 ? axis + value.shape.length : axis;
  if (!Number.isInteger(normal) || normal < 0 || normal >= value.shape.length) {
    throw shapeError(operation, [value], `has no axis ${axis}`);
  }
  return normal;
}

/** The shape that several tensors broadcast to, by the rules that NumPy and ONNX share. */
export function broadcastShape(
  operation: string,
  operands: readonly Value[],
  shapes = operands.map((v) => v.shape),
): Shape {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    let result = 1;
    for (const shape of shapes) {
      const size = shape[axis - rank + shape.length] ?? 1;
      if (size !== 1 && result !== 1 && size !== result)
        throw shapeError(operation, operands, 'do not broadcast together');
      if (size !== 1) result = size;
    }
    return result;
  });
}
