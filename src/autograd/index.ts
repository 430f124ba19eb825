/** What a program may import from `chineseblue/autograd`: differentiable tensor graphs, compiled to ONNX. */
export { type ModelOptions, type Tensors, type TypedArray, toOnnx } from './compile.ts';
export * from './elementwise.ts';
export { GraphError, ShapeError } from './errors.ts';
export { fuse } from './fuse.ts';
export { grad } from './grad.ts';
export { gather, gatherElements, scatterElements, scatterRows } from './indexing.ts';
export { gemm, linear, matmul } from './matrix.ts';
export * from './movement.ts';
export { crossEntropy, layerNorm, logSoftmax, softmax } from './normalisation.ts';
export type { Dimension, ElementType } from './onnx.ts';
export { type Axes, cumulativeSum, max, mean, sum } from './reduction.ts';
export {
  compile,
  compute,
  DEVICES,
  type Device,
  openModel,
  type Program,
  type RunOptions,
  type SessionOptions,
} from './session.ts';
export { constant, input, type Shape, sizeOf, type Value } from './value.ts';
