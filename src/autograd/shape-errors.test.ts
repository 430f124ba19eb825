import { describe, expect, it } from 'vitest';
import * as ops from './index.ts';
import { constant, grad, input } from './index.ts';

describe('shapes that do not fit are named', () => {
  const a = input('a', [2, 3]);
  const b = input('b', [4, 5]);
  const rows = input('rows', [3], 'int64');
  it.each<[string, () => unknown, string]>([
    ['add', () => ops.add(a, b), 'Add: [2, 3] and [4, 5] do not broadcast together'],
    ['matmul', () => ops.matmul(a, b), 'MatMul: [2, 3] and [4, 5] differ in the axis that is summed over'],
    ['gemm', () => ops.gemm(a, b), 'Gemm: [2, 3] and [4, 5] differ in the axis that is summed over'],
    [
      'gemm bias',
      () => ops.gemm(a, a, b, 0, 1),
      'Gemm: [2, 3] and [2, 3] and [4, 5] do not broadcast together',
    ],
    ['reshape', () => ops.reshape(a, [4, -1]), 'Reshape: [2, 3] does not fill [4, -1]'],
    ['transpose', () => ops.transpose(a, [0, 0]), 'Transpose: [2, 3] cannot be ordered by [0, 0]'],
    ['expand', () => ops.expand(a, [2, 4]), 'Expand: [2, 3] does not broadcast to [2, 4]'],
    ['slice', () => ops.slice(a, 1, 2, 4), 'Slice: [2, 3] has no elements 2 to 4 along axis 1'],
    ['pad', () => ops.pad(a, 1, -1, 0), 'Pad: [2, 3] cannot be padded by -1 and 0'],
    ['concat', () => ops.concat([a, b], 0), 'Concat: [2, 3] and [4, 5] do not join along axis 0'],
    ['sum', () => ops.sum(a, [2]), 'ReduceSum: [2, 3] has no axis 2'],
    ['gather', () => ops.gather(a, b), 'Gather: [2, 3] and [4, 5] must end with int64 indices'],
    [
      'scatterRows',
      () => ops.scatterRows([3, 4], rows, a),
      'ScatterND: int64[3] and [2, 3] do not fit into [3, 4]',
    ],
    [
      'layerNorm',
      () => ops.layerNorm(a, b, b),
      'LayerNormalization: [2, 3] and [4, 5] and [4, 5] differ in the last axis',
    ],
    ['mixed types', () => ops.add(a, rows), 'Add: [2, 3] and int64[3] differ in type'],
    ['where', () => ops.where(a, 1, 0), 'Where: [2, 3] and [] and [] must begin with a bool'],
    ['crossEntropy', () => ops.crossEntropy(a, b), 'crossEntropy: [2, 3] and [4, 5] differ'],
    ['input', () => input('c', [0, 2]), 'c: [0, 2] is not a shape: sizes are positive integers'],
    ['constant', () => constant([1, 2], [3]), 'constant: 2 values do not fill [3]'],
    ['empty constant', () => constant([]), 'constant: [0] is not a shape: sizes are positive integers'],
    ['negative constant', () => constant([1, 2], [-1, -2]), 'constant: [-1, -2] is not a shape'],
    ['negative reshape', () => ops.reshape(a, [-2, -3]), 'Reshape: [2, 3] does not fill [-2, -3]'],
    ['empty zeros', () => ops.zeros([0]), 'Expand: [0] is not a shape'],
    ['negative expand', () => ops.expand(a, [-1, 2, 3]), 'Expand: [-1, 2, 3] is not a shape'],
    ['scatterRows into nothing', () => ops.scatterRows([0, 3], rows, input('r', [3, 3])), 'is not a shape'],
    ['grad', () => grad(a, [a]), 'grad: [2, 3] is no scalar: reduce it first'],
  ])('%s', (_name, build, message) => {
    expect(build).toThrow(message);
    expect(build).toThrow(ops.ShapeError); // a bug in the caller: never a UserError
  });

  it('refuses constants that their type cannot hold', () => {
    expect(() => ops.mul(rows, 0.5)).toThrow('constant: 0.5 is no int64');
    expect(() => constant([1, 256], [2], 'uint8')).toThrow('constant: 256 is no uint8');
    expect(() => constant(Number.NaN, [], 'int32')).toThrow('constant: NaN is no int32');
  });
});
