export { type ModelOptions, type Tensors, type TypedArray, toOnnx } from './compile.ts';
export * from './elementwise.ts';
export { GraphError, ShapeError } from './errors.ts';
export { grad } from './grad.ts';
export { gather, gatherElements, scatterElements, scatterRows } from './indexing.ts';
export { gemm, linear, matmul } from './matrix.ts';
export * from './movement.ts';
export { crossEntropy, layerNorm, logSoftmax, softmax } from './normalisation.ts';
export type { Dimension, ElementType } from './onnx.ts';
export { max, mean, sum } from './reduction.ts';
export {
  compile,
  DEVICES,
  type Device,
  loadRuntime,
  openModel,
  type Program,
  type SessionOptions,
} from './session.ts';
export { constant, input, type Shape, sizeOf, type Value } from './value.ts';
