import { describe, expect, it } from 'vitest';
import * as ops from './index.ts';
import { compile, constant, grad, input, mul, type Shape, sizeOf, sum, type Value } from './index.ts';

interface Case {
  readonly name: string;
  readonly shapes: readonly Shape[];
  readonly build: (...inputs: Value[]) => Value;
  readonly inputs: readonly (readonly number[])[];
  /** Value, and gradients of Σ wᵢ yᵢ with w = 1, 2, 3, …, worked out by hand or by a textbook formula. */
  readonly value: readonly number[];
  readonly gradients: readonly (readonly number[])[];
}

const indices = constant([2, 0, 2], [3], 'int64');
const pair = [1.5, -0.5];
const { E, SQRT1_2, PI } = Math;
const phi = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * PI);
const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

const unary = (
  name: string,
  operation: (x: Value) => Value,
  f: (x: number) => number,
  slope: (x: number) => number,
  at = pair,
): Case => ({
  name,
  shapes: [[2]],
  build: operation,
  inputs: [at],
  value: at.map(f),
  gradients: [at.map((x, i) => (i + 1) * slope(x))],
});
const one = (
  name: string,
  shape: Shape,
  build: (x: Value) => Value,
  x: number[],
  value: number[],
  gradient: number[],
): Case => ({
  name,
  shapes: [shape],
  build,
  inputs: [x],
  value,
  gradients: [gradient],
});
const two = (
  name: string,
  shapes: Shape[],
  build: Case['build'],
  inputs: number[][],
  value: number[],
  gradients: number[][],
): Case => ({
  name,
  shapes,
  build,
  inputs,
  value,
  gradients,
});

const PHI1 = 0.8413447460685429;
const CASES: readonly Case[] = [
  two(
    'add',
    [[2, 2], [2]],
    ops.add,
    [
      [1, 2, 3, 4],
      [10, 20],
    ],
    [11, 22, 13, 24],
    [
      [1, 2, 3, 4],
      [4, 6],
    ],
  ),
  two(
    'sub',
    [[2], [2, 1]],
    ops.sub,
    [
      [1, 2],
      [10, 20],
    ],
    [-9, -8, -19, -18],
    [
      [4, 6],
      [-3, -7],
    ],
  ),
  two(
    'mul',
    [[2], [2]],
    ops.mul,
    [
      [3, 4],
      [5, 6],
    ],
    [15, 24],
    [
      [5, 12],
      [3, 8],
    ],
  ),
  two('mul of a tensor by itself', [[2]], (x) => ops.mul(x, x), [[3, 4]], [9, 16], [[6, 16]]),
  two('div', [[2], [1]], ops.div, [[3, 4], [2]], [1.5, 2], [[0.5, 1], [-(3 + 8) / 4]]),
  unary(
    'neg',
    ops.neg,
    (x) => -x,
    () => -1,
  ),
  unary('cos', ops.cos, Math.cos, (x) => -Math.sin(x)),
  unary('sin', ops.sin, Math.sin, Math.cos),
  one(
    'cumulativeSum',
    [2, 3],
    (x) => ops.cumulativeSum(x, 1),
    [1, 2, 3, 4, 5, 6],
    [1, 3, 6, 4, 9, 15],
    [6, 5, 3, 15, 11, 6],
  ),
  one('cumulativeSum in reverse', [3], (x) => ops.cumulativeSum(x, 0, true), [1, 2, 3], [6, 5, 3], [1, 3, 6]),
  unary('exp', ops.exp, Math.exp, Math.exp),
  unary('log', ops.log, Math.log, (x) => 1 / x, [0.5, 2]),
  unary('sqrt', ops.sqrt, Math.sqrt, (x) => 0.5 / Math.sqrt(x), [4, 0.25]),
  unary('abs', ops.abs, Math.abs, Math.sign),
  unary('sign', ops.sign, Math.sign, () => 0),
  unary('tanh', ops.tanh, Math.tanh, (x) => 1 - Math.tanh(x) ** 2),
  unary('sigmoid', ops.sigmoid, logistic, (x) => logistic(x) * (1 - logistic(x))),
  unary(
    'relu',
    ops.relu,
    (x) => Math.max(0, x),
    (x) => (x > 0 ? 1 : 0),
  ),
  unary('softplus', ops.softplus, (x) => Math.log1p(Math.exp(x)), logistic),
  unary(
    'erf',
    ops.erf,
    (x) => (x ? 2 * PHI1 - 1 : 0),
    (x) => (2 / Math.sqrt(PI)) * Math.exp(-x * x),
    [SQRT1_2, 0],
  ),
  unary(
    'gelu',
    ops.gelu,
    (x) => x * PHI1,
    (x) => (x ? PHI1 + phi(1) : 0.5),
    [1, 0],
  ),
  two(
    'where',
    [[3], [3]],
    (a, b) => ops.where(ops.greater(a, b), a, b),
    [
      [1, 5, 2],
      [4, 0, 1],
    ],
    [4, 5, 2],
    [
      [0, 2, 3],
      [1, 0, 0],
    ],
  ),
  one('where and less', [2], (x) => ops.where(ops.less(x, 0), 0, x), pair, [1.5, 0], [1, 0]),
  one('equal', [2], (x) => ops.cast(ops.equal(x, 1.5), 'float32'), pair, [1, 0], [0, 0]),
  one('sum', [2, 2], (x) => ops.sum(x, [0]), [1, 2, 3, 4], [4, 6], [1, 2, 1, 2]),
  one('sum of all', [2, 2], (x) => ops.sum(x), [1, 2, 3, 4], [10], [1, 1, 1, 1]),
  one('mean, axis kept', [2, 2], (x) => ops.mean(x, [1], true), [1, 2, 3, 4], [1.5, 3.5], [0.5, 0.5, 1, 1]),
  one('max, ties share', [2, 2], (x) => ops.max(x, [-1]), [1, 2, 4, 4], [2, 4], [0, 1, 1, 1]),
  two(
    'matmul',
    [
      [1, 2],
      [2, 2],
    ],
    ops.matmul,
    [
      [1, 2],
      [3, 4, 5, 6],
    ],
    [13, 16],
    [
      [3 + 8, 5 + 12],
      [1, 2, 2, 4],
    ],
  ),
  two(
    'matmul of a batch by one matrix',
    [
      [2, 1, 2],
      [2, 1],
    ],
    ops.matmul,
    [
      [1, 2, 3, 4],
      [5, 6],
    ],
    [17, 39],
    [
      [5, 6, 10, 12],
      [7, 10],
    ],
  ),
  ...[0, 1].flatMap((transA) =>
    [0, 1].map((transB) =>
      two(
        `gemm, transA ${transA}, transB ${transB}`,
        [transA ? [2, 1] : [1, 2], transB ? [2, 2] : [2, 2], [2]],
        (a, b, c) => ops.gemm(a, b, c, transA, transB),
        [[1, 2], transB ? [3, 5, 4, 6] : [3, 4, 5, 6], [0.5, 0.25]],
        [13.5, 16.25],
        [[11, 17], transB ? [1, 2, 2, 4] : [1, 2, 2, 4], [1, 2]],
      ),
    ),
  ),
  two(
    'linear',
    [[2, 1], [2, 1], [2]],
    ops.linear,
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    [8, 10, 11, 14],
    [
      [11, 25],
      [7, 10],
      [4, 6],
    ],
  ),
  one('reshape', [2, 2], (x) => ops.reshape(x, [4, -1]), [1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 3, 4]),
  one('transpose', [2, 2], (x) => ops.transpose(x), [1, 2, 3, 4], [1, 3, 2, 4], [1, 3, 2, 4]),
  one(
    'transpose of three axes',
    [1, 2, 2],
    (x) => ops.transpose(x, [2, 0, 1]),
    [1, 2, 3, 4],
    [1, 3, 2, 4],
    [1, 3, 2, 4],
  ),
  one('expand', [2, 1], (x) => ops.expand(x, [2, 2, 2]), [1, 2], [1, 1, 2, 2, 1, 1, 2, 2], [14, 22]),
  one('slice', [4], (x) => ops.slice(x, 0, 1, 3), [1, 2, 3, 4], [2, 3], [0, 1, 2, 0]),
  one('pad', [1, 2], (x) => ops.pad(x, 1, 1, 1), [1, 2], [0, 1, 2, 0], [2, 3]),
  two(
    'concat',
    [
      [2, 1],
      [2, 2],
    ],
    (a, b) => ops.concat([a, b], 1),
    [
      [1, 2],
      [3, 4, 5, 6],
    ],
    [1, 3, 4, 2, 5, 6],
    [
      [1, 4],
      [2, 3, 5, 6],
    ],
  ),
  one('gather, rows repeated', [3, 1], (x) => ops.gather(x, indices), [7, 8, 9], [9, 7, 9], [2, 0, 4]),
  one(
    'scatterRows, rows added',
    [3, 1],
    (x) => ops.scatterRows([3, 1], indices, x),
    [7, 8, 9],
    [8, 0, 16],
    [3, 1, 3],
  ),
  one(
    'gatherElements',
    [2, 2],
    (x) => ops.gatherElements(x, constant([1, 0], [2, 1], 'int64'), 1),
    [1, 2, 3, 4],
    [2, 3],
    [0, 1, 2, 0],
  ),
  one(
    'scatterElements',
    [2, 1],
    (x) => ops.scatterElements([2, 2], constant([1, 0], [2, 1], 'int64'), x, 1),
    [5, 6],
    [0, 5, 6, 0],
    [2, 3],
  ),
  one('softmax', [1, 2], (x) => ops.softmax(x), [0, Math.log(3)], [0.25, 0.75], [-0.1875, 0.1875]),
  one(
    'logSoftmax',
    [1, 2],
    (x) => ops.logSoftmax(x),
    [0, Math.log(3)],
    [Math.log(0.25), Math.log(0.75)],
    [0.25, -0.25],
  ),
  one(
    'softmax over the first axis',
    [2, 1],
    (x) => ops.softmax(x, 0),
    [0, Math.log(3)],
    [0.25, 0.75],
    [-0.1875, 0.1875],
  ),
  two(
    'layerNorm',
    [[1, 2], [2], [2]],
    (x, gain, bias) => ops.layerNorm(x, gain, bias, 3),
    [
      [1, 3],
      [2, 1],
      [5, 7],
    ],
    [4, 7.5],
    [
      [-0, 0],
      [-0.5, 1],
      [1, 2],
    ],
  ),
  two(
    'crossEntropy, the second row of targets empty',
    [[2, 2]],
    (x) => ops.crossEntropy(x, constant([0.5, 0.5, 0, 0], [2, 2])),
    [[0, Math.log(3), 1, 2]],
    [-(Math.log(0.25) + Math.log(0.75)) / 4],
    [[-0.125, 0.125, 0, 0]],
  ),
  one(
    'stopGradient',
    [2],
    (x) => ops.add(x, ops.stopGradient(ops.mul(x, E))),
    [1, 2],
    [1 + E, 2 + 2 * E],
    [1, 2],
  ),
];

const STEP = 1e-2;

describe('every operation: value, gradient by its rule, gradient by central differences', () => {
  it.each(CASES.map((item) => [item.name, item] as const))(
    '%s',
    async (_name, { shapes, build, inputs, value, gradients }) => {
      const leaves = shapes.map((shape, i) => input(`x${i}`, shape));
      const y = build(...leaves);
      const weights = constant(
        Array.from({ length: sizeOf(y.shape) }, (_, i) => i + 1),
        y.shape,
      );
      const loss = sum(mul(y, weights));
      const outputs = Object.fromEntries(grad(loss, leaves).map((g, i) => [`g${i}`, g]));
      const program = await compile({ y, loss, ...outputs }, { threads: 1 });
      const feeds = Object.fromEntries(inputs.map((list, i) => [`x${i}`, Float32Array.from(list)]));
      const result = await program.run(feeds);
      expectNear(result.y, value);
      for (const [i, expected] of gradients.entries()) {
        expectNear(result[`g${i}`], expected);
        if (NOT_SMOOTH.has(_name)) continue;
        for (let k = 0; k < expected.length; k++) {
          const [up, down] = await Promise.all(
            [STEP, -STEP].map(async (step) => {
              const moved = Float32Array.from(inputs[i]);
              moved[k] += step;
              return (await program.run({ ...feeds, [`x${i}`]: moved }, { fetch: ['loss'] }))
                .loss[0] as number;
            }),
          );
          const slope = (up - down) / (2 * STEP);
          expect(Math.abs(slope - expected[k])).toBeLessThan(5e-3 * (1 + Math.abs(expected[k])));
        }
      }
      await program.release();
    },
  );
});

/** Differences do not apply where a step changes which element is largest, or where a gradient is stopped. */
const NOT_SMOOTH = new Set(['max, ties share', 'stopGradient', 'equal']);

function expectNear(actual: ArrayLike<number | bigint>, expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  for (const [i, number] of expected.entries()) expect(Number(actual[i])).toBeCloseTo(number, 5);
}
