import type { ElementType } from './onnx.ts';
import { broadcastShape, constant, shapeError, type Value } from './value.ts';

/** A tensor, or a number that stands for a scalar of the other operand's type. */
export type Operand = Value | number;

const lift = (operand: Operand, type: ElementType): Value =>
  typeof operand === 'number' ? constant(operand, [], type) : operand;

function unary(operation: string, x: Value): Value {
  if (x.type !== 'float32') throw shapeError(operation, [x], 'must be float32');
  return { operation, inputs: [x], attributes: {}, output: 0, shape: x.shape, type: x.type };
}

function binary(operation: string, left: Operand, right: Operand, result?: ElementType): Value {
  const type = typeof left === 'number' ? (typeof right === 'number' ? 'float32' : right.type) : left.type;
  const inputs = [lift(left, type), lift(right, type)];
  if (inputs[0].type !== inputs[1].type) throw shapeError(operation, inputs, 'differ in type');
  const shape = broadcastShape(operation, inputs);
  return { operation, inputs, attributes: {}, output: 0, shape, type: result ?? type };
}

/**
 * a + b, element by element; shapes broadcast as in NumPy. A number stands for a scalar.
 *
 * @example
 * ```ts
 * import { add, compute, constant } from 'chineseblue/autograd';
 *
 * await compute(add(constant([1, 2]), 10)); // [11, 12]
 * ```
 */
export const add = (a: Operand, b: Operand): Value => binary('Add', a, b);

/**
 * a - b, element by element; shapes broadcast as in NumPy. A number stands for a scalar.
 *
 * @example
 * ```ts
 * import { compute, constant, sub } from 'chineseblue/autograd';
 *
 * await compute(sub(constant([1, 2]), 10)); // [-9, -8]
 * ```
 */
export const sub = (a: Operand, b: Operand): Value => binary('Sub', a, b);

/**
 * a b, element by element; shapes broadcast as in NumPy. A number stands for a scalar.
 *
 * @example
 * ```ts
 * import { compute, constant, mul } from 'chineseblue/autograd';
 *
 * await compute(mul(constant([1, 2]), 10)); // [10, 20]
 * ```
 */
export const mul = (a: Operand, b: Operand): Value => binary('Mul', a, b);

/**
 * a / b, element by element; shapes broadcast as in NumPy. A number stands for a scalar.
 *
 * @example
 * ```ts
 * import { compute, constant, div } from 'chineseblue/autograd';
 *
 * await compute(div(constant([1, 2]), 10)); // [0.1, 0.2]
 * ```
 */
export const div = (a: Operand, b: Operand): Value => binary('Div', a, b);

/**
 * Whether a = b, element by element, with broadcasting: a `bool`, which has no gradient.
 *
 * @example
 * ```ts
 * import { compute, constant, equal } from 'chineseblue/autograd';
 *
 * await compute(equal(constant([1, 2, 3]), 2)); // [0, 1, 0]
 * ```
 */
export const equal = (a: Operand, b: Operand): Value => binary('Equal', a, b, 'bool');

/**
 * Whether a < b, element by element, with broadcasting: a `bool`, which has no gradient.
 *
 * @example
 * ```ts
 * import { compute, constant, less } from 'chineseblue/autograd';
 *
 * await compute(less(constant([1, 2, 3]), 2)); // [1, 0, 0]
 * ```
 */
export const less = (a: Operand, b: Operand): Value => binary('Less', a, b, 'bool');

/**
 * Whether a > b, element by element, with broadcasting: a `bool`, which has no gradient.
 *
 * @example
 * ```ts
 * import { compute, constant, greater } from 'chineseblue/autograd';
 *
 * await compute(greater(constant([1, 2, 3]), 2)); // [0, 0, 1]
 * ```
 */
export const greater = (a: Operand, b: Operand): Value => binary('Greater', a, b, 'bool');

/**
 * -x.
 *
 * @example
 * ```ts
 * import { compute, constant, neg } from 'chineseblue/autograd';
 *
 * await compute(neg(constant([1, -2]))); // [-1, 2]
 * ```
 */
export const neg = (x: Value): Value => unary('Neg', x);

/**
 * eˣ.
 *
 * @example
 * ```ts
 * import { compute, constant, exp } from 'chineseblue/autograd';
 *
 * await compute(exp(constant([0, 1]))); // [1, 2.718]
 * ```
 */
export const exp = (x: Value): Value => unary('Exp', x);

/**
 * Natural logarithm.
 *
 * @example
 * ```ts
 * import { compute, constant, log } from 'chineseblue/autograd';
 *
 * await compute(log(constant([1, 10]))); // [0, 2.303]
 * ```
 */
export const log = (x: Value): Value => unary('Log', x);

/**
 * √x.
 *
 * @example
 * ```ts
 * import { compute, constant, sqrt } from 'chineseblue/autograd';
 *
 * await compute(sqrt(constant([4, 9]))); // [2, 3]
 * ```
 */
export const sqrt = (x: Value): Value => unary('Sqrt', x);

/**
 * |x|; its gradient at 0 is 0.
 *
 * @example
 * ```ts
 * import { abs, compute, constant } from 'chineseblue/autograd';
 *
 * await compute(abs(constant([-2, 3]))); // [2, 3]
 * ```
 */
export const abs = (x: Value): Value => unary('Abs', x);

/**
 * -1, 0 or 1; its gradient is 0.
 *
 * @example
 * ```ts
 * import { compute, constant, sign } from 'chineseblue/autograd';
 *
 * await compute(sign(constant([-2, 0, 3]))); // [-1, 0, 1]
 * ```
 */
export const sign = (x: Value): Value => unary('Sign', x);

/**
 * The error function, 2/√π ∫₀ˣ exp(-t²) dt.
 *
 * @example
 * ```ts
 * import { compute, constant, erf } from 'chineseblue/autograd';
 *
 * await compute(erf(constant([0, 1]))); // [0, 0.843]
 * ```
 */
export const erf = (x: Value): Value => unary('Erf', x);

/**
 * Hyperbolic tangent.
 *
 * @example
 * ```ts
 * import { compute, constant, tanh } from 'chineseblue/autograd';
 *
 * await compute(tanh(constant([0, 1]))); // [0, 0.762]
 * ```
 */
export const tanh = (x: Value): Value => unary('Tanh', x);

/**
 * Cosine of x in radians.
 *
 * @example
 * ```ts
 * import { compute, constant, cos } from 'chineseblue/autograd';
 *
 * await compute(cos(constant([0, Math.PI]))); // [1, -1]
 * ```
 */
export const cos = (x: Value): Value => unary('Cos', x);

/**
 * Sine of x in radians.
 *
 * @example
 * ```ts
 * import { compute, constant, sin } from 'chineseblue/autograd';
 *
 * await compute(sin(constant([0, Math.PI / 2]))); // [0, 1]
 * ```
 */
export const sin = (x: Value): Value => unary('Sin', x);

/**
 * 1 / (1 + exp(-x)).
 *
 * @example
 * ```ts
 * import { compute, constant, sigmoid } from 'chineseblue/autograd';
 *
 * await compute(sigmoid(constant([0, 1]))); // [0.5, 0.731]
 * ```
 */
export const sigmoid = (x: Value): Value => unary('Sigmoid', x);

/**
 * max(x, 0).
 *
 * @example
 * ```ts
 * import { compute, constant, relu } from 'chineseblue/autograd';
 *
 * await compute(relu(constant([-1, 2]))); // [0, 2]
 * ```
 */
export const relu = (x: Value): Value => unary('Relu', x);

/**
 * log(1 + exp(x)), without overflow.
 *
 * @example
 * ```ts
 * import { compute, constant, softplus } from 'chineseblue/autograd';
 *
 * await compute(softplus(constant([0, 1000]))); // [0.693, 1000]
 * ```
 */
export const softplus = (x: Value): Value => unary('Softplus', x);

/**
 * x Φ(x) with the exact normal distribution function Φ, as in BERT (Hendrycks & Gimpel 2016).
 *
 * @example
 * ```ts
 * import { compute, constant, gelu } from 'chineseblue/autograd';
 *
 * await compute(gelu(constant([-1, 1]))); // [-0.159, 0.841]
 * ```
 */
export const gelu = (x: Value): Value => unary('Gelu', x);

/**
 * x as a constant: its value, without a gradient.
 *
 * @example
 * ```ts
 * import { compute, constant, grad, mul, stopGradient } from 'chineseblue/autograd';
 *
 * const x = constant(3);
 * const [gradient] = grad(mul(x, stopGradient(x)), [x]);
 * await compute(gradient); // [3], without stopGradient 6
 * ```
 */
export const stopGradient = (x: Value): Value => unary('Identity', x);

/**
 * `a` where `condition` (bool) holds, else `b`; all three broadcast.
 *
 * @example
 * ```ts
 * import { compute, constant, greater, where } from 'chineseblue/autograd';
 *
 * const x = constant([-1, 2]);
 * await compute(where(greater(x, 0), x, 0)); // [0, 2]
 * ```
 */
export function where(condition: Value, a: Operand, b: Operand): Value {
  const type = typeof a === 'number' ? (typeof b === 'number' ? 'float32' : b.type) : a.type;
  const inputs = [condition, lift(a, type), lift(b, type)];
  if (condition.type !== 'bool') throw shapeError('Where', inputs, 'must begin with a bool');
  if (inputs[1].type !== inputs[2].type) throw shapeError('Where', inputs, 'differ in type');
  return {
    operation: 'Where',
    inputs,
    attributes: {},
    output: 0,
    shape: broadcastShape('Where', inputs),
    type,
  };
}

/**
 * x converted to another type; integer types truncate towards zero. Has no gradient.
 *
 * @example
 * ```ts
 * import { cast, compute, constant } from 'chineseblue/autograd';
 *
 * await compute(cast(constant([1.7, -1.7]), 'int64')); // [1, -1]
 * ```
 */
export function cast(x: Value, type: ElementType): Value {
  return x.type === type
    ? x
    : { operation: 'Cast', inputs: [x], attributes: {}, output: 0, shape: x.shape, type };
}
