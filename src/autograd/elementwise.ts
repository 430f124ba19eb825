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

/** Element by element, with broadcasting. */
export const add = (a: Operand, b: Operand): Value => binary('Add', a, b);
export const sub = (a: Operand, b: Operand): Value => binary('Sub', a, b);
export const mul = (a: Operand, b: Operand): Value => binary('Mul', a, b);
export const div = (a: Operand, b: Operand): Value => binary('Div', a, b);

/** Comparisons, with broadcasting; they give `bool` and have no gradient. */
export const equal = (a: Operand, b: Operand): Value => binary('Equal', a, b, 'bool');
export const less = (a: Operand, b: Operand): Value => binary('Less', a, b, 'bool');
export const greater = (a: Operand, b: Operand): Value => binary('Greater', a, b, 'bool');

export const neg = (x: Value): Value => unary('Neg', x);
export const exp = (x: Value): Value => unary('Exp', x);
/** Natural logarithm. */
export const log = (x: Value): Value => unary('Log', x);
export const sqrt = (x: Value): Value => unary('Sqrt', x);
export const abs = (x: Value): Value => unary('Abs', x);
/** -1, 0 or 1; its gradient is 0. */
export const sign = (x: Value): Value => unary('Sign', x);
/** The error function, 2/√π ∫₀ˣ exp(-t²) dt. */
export const erf = (x: Value): Value => unary('Erf', x);
export const tanh = (x: Value): Value => unary('Tanh', x);
/** 1 / (1 + exp(-x)). */
export const sigmoid = (x: Value): Value => unary('Sigmoid', x);
export const relu = (x: Value): Value => unary('Relu', x);
/** log(1 + exp(x)), without overflow. */
export const softplus = (x: Value): Value => unary('Softplus', x);
/** x Φ(x) with the exact normal distribution function Φ, as in BERT (Hendrycks & Gimpel 2016). */
export const gelu = (x: Value): Value => unary('Gelu', x);
/** x itself, which gradients do not pass. */
export const stopGradient = (x: Value): Value => unary('Identity', x);

/** `a` where `condition` (bool) holds, else `b`; all three broadcast. */
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

/** The same numbers as another type; has no gradient. */
export function cast(x: Value, type: ElementType): Value {
  return x.type === type
    ? x
    : { operation: 'Cast', inputs: [x], attributes: {}, output: 0, shape: x.shape, type };
}
