import {
  add,
  cast,
  cos,
  div,
  equal,
  erf,
  exp,
  greater,
  mul,
  neg,
  sigmoid,
  sign,
  sin,
  sub,
  where,
} from './elementwise.ts';
import { gather, gatherElements, scatterElements, scatterRows } from './indexing.ts';
import { gemm, matmul } from './matrix.ts';
import { expand, pad, reshape, slice, transpose } from './movement.ts';
import { layerNormParts } from './normalisation.ts';
import { cumulativeSum, mean, sum } from './reduction.ts';
import type { Shape, Value } from './value.ts';

/**
 * Vector-Jacobian products: given the cotangent `g` of a result `y`, and the inputs that made it, the cotangents
 * of the inputs; `null` if there is none. Broadcasting is undone by the walker (`grad.ts`), not here.
 */
export type Rule = (g: Value, y: Value, ...inputs: Value[]) => (Value | null)[];

export const RULES: Readonly<Record<string, Rule>> = {
  Add: (g) => [g, g],
  Sub: (g) => [g, neg(g)],
  Mul: (g, _y, a, b) => [mul(g, b), mul(g, a)],
  Div: (g, y, _a, b) => [div(g, b), neg(div(mul(g, y), b))],
  Neg: (g) => [neg(g)],
  Exp: (g, y) => [mul(g, y)],
  Log: (g, _y, x) => [div(g, x)],
  Sqrt: (g, y) => [div(g, mul(y, 2))],
  Abs: (g, _y, x) => [mul(g, sign(x))],
  Sign: () => [null],
  Erf: (g, _y, x) => [mul(mul(g, 2 / Math.sqrt(Math.PI)), exp(neg(mul(x, x))))],
  Tanh: (g, y) => [mul(g, sub(1, mul(y, y)))],
  Cos: (g, _y, x) => [neg(mul(g, sin(x)))],
  Sin: (g, _y, x) => [mul(g, cos(x))],
  Sigmoid: (g, y) => [mul(g, mul(y, sub(1, y)))],
  Relu: (g, _y, x) => [where(greater(x, 0), g, 0)],
  Softplus: (g, _y, x) => [mul(g, sigmoid(x))],
  Gelu: (g, _y, x) => [mul(mul(g, 0.5), twiceGeluSlope(mul(x, Math.SQRT1_2)))],
  Identity: () => [null],
  Cast: () => [null],
  Equal: () => [null, null],
  Less: () => [null, null],
  Greater: () => [null, null],
  Where: (g, _y, condition) => [null, where(condition, g, 0), where(condition, 0, g)],

  ReduceSum: (g, y, x) => [expand(kept(g, y, x), x.shape)],
  ReduceMean: (g, y, x) => [expand(kept(mul(g, share(y, x)), y, x), x.shape)],
  ReduceMax: (g, y, x) => {
    const largest = cast(equal(x, kept(y, y, x)), 'float32');
    return [mul(kept(g, y, x), div(largest, sum(largest, axesOf(y), true)))];
  },

  CumSum: (g, y, _x, axis) => {
    const [at] = axis.attributes.values as number[];
    return [cumulativeSum(g, at, !y.attributes.reverse), null];
  },

  MatMul: (g, _y, a, b) => [matmul(g, lastTwoSwapped(b)), matmul(lastTwoSwapped(a), g)],
  Gemm: (g, y, a, b, c) => {
    const { transA, transB } = y.attributes as { transA?: number; transB?: number };
    const left = transA ? gemm(b, g, undefined, transB, 1) : gemm(g, b, undefined, 0, transB ? 0 : 1);
    const right = transB ? gemm(g, a, undefined, 1, transA) : gemm(a, g, undefined, transA ? 0 : 1, 0);
    return c ? [left, right, g] : [left, right];
  },

  Reshape: (g, _y, x) => [reshape(g, x.shape)],
  Expand: (g) => [g],
  Transpose: (g, y) => [transpose(g, inverse(y.attributes.perm as number[]))],
  Slice: (g, y, x) => {
    const { axis, start, end } = y.attributes as { axis: number; start: number; end: number };
    return [pad(g, axis, start, x.shape[axis] - end)];
  },
  Pad: (g, y, x) => {
    const { axis, before } = y.attributes as { axis: number; before: number };
    return [slice(g, axis, before, before + x.shape[axis])];
  },
  Concat: (g, y, ...parts) => {
    const axis = y.attributes.axis as number;
    const starts = parts.map((_, i) => parts.slice(0, i).reduce((sum, part) => sum + part.shape[axis], 0));
    return parts.map((part, i) => slice(g, axis, starts[i], starts[i] + part.shape[axis]));
  },

  Gather: (g, _y, table, indices) => [scatterRows(table.shape, indices, g), null],
  ScatterND: (g, _y, _zeros, indices) => [g, null, gather(g, reshape(indices, indices.shape.slice(0, -1)))],
  GatherElements: (g, y, x, indices) => [
    scatterElements(x.shape, indices, g, y.attributes.axis as number),
    null,
  ],
  ScatterElements: (g, y, _zeros, indices) => [
    g,
    null,
    gatherElements(g, indices, y.attributes.axis as number),
  ],

  Softmax: (g, y) => [mul(y, sub(g, sum(mul(g, y), axisOf(y), true)))],
  LogSoftmax: (g, y) => [sub(g, mul(exp(y), sum(g, axisOf(y), true)))],
  LayerNormalization: (g, y, x, gain, bias) => {
    const epsilon = (y.attributes.epsilon as { float: number }).float;
    const [, centre, scale] = layerNormParts(x, gain, bias, epsilon);
    const width = x.shape.at(-1)!;
    const centred = sub(x, centre);
    const unit = mul(centred, scale);
    if (y.output === 1) return [expand(div(g, width), x.shape), null, null];
    if (y.output === 2) return [mul(unit, mul(mul(g, mul(scale, scale)), -1 / width)), null, null];
    // with t = g · scale: t · gain - mean(t · gain) - centred · scale² · mean(t · gain · centred)
    const t = mul(g, scale);
    const turned = mul(t, gain);
    const turning = mul(mean(mul(turned, centred), [-1], true), mul(scale, scale));
    const inward = sub(sub(turned, mul(centred, turning)), mean(turned, [-1], true));
    return [inward, mul(t, centred), g];
  },
};

/** Twice the slope of GELU at √2 u: 1 + erf(u) + 2/√π u exp(-u²). */
const twiceGeluSlope = (u: Value): Value =>
  add(add(erf(u), 1), mul(u, exp(sub(Math.log(2 / Math.sqrt(Math.PI)), mul(u, u)))));

const axesOf = (y: Value): readonly number[] => y.attributes.axes as number[];
const axisOf = (y: Value): readonly number[] => [y.attributes.axis as number];
/** A tensor of the shape of a reduction's result, with the reduced axes back as axes of size 1. */
const kept = (v: Value, y: Value, x: Value): Value => reshape(v, keptShape(y, x));
const keptShape = (y: Value, x: Value): Shape =>
  x.shape.map((size, axis) => (axesOf(y).includes(axis) ? 1 : size));
/** 1 / the number of elements of x in each element of its reduction. */
const share = (y: Value, x: Value): number => axesOf(y).reduce((part, axis) => part / x.shape[axis], 1);

const lastTwoSwapped = (v: Value): Value => {
  const axes = v.shape.map((_, axis) => axis);
  return transpose(v, [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!]);
};
const inverse = (order: readonly number[]): number[] => order.map((_, axis) => order.indexOf(axis));
