import { div, mul, neg } from './elementwise.ts';
import { sum } from './reduction.ts';
import { constant, normalAxis, sameShape, shapeError, type Value } from './value.ts';

const along = (operation: string, x: Value, axis: number): Value => {
  const attributes = { axis: normalAxis(operation, x, axis) };
  return { operation, inputs: [x], attributes, output: 0, shape: x.shape, type: x.type };
};

/**
 * exp(x) / Σ exp(x) along one axis, the last by default.
 *
 * @example
 * ```ts
 * import { compute, constant, softmax } from 'chineseblue/autograd';
 *
 * await compute(softmax(constant([0, 1]))); // [0.269, 0.731]
 * ```
 */
export const softmax = (x: Value, axis = -1): Value => along('Softmax', x, axis);

/**
 * log(softmax(x)), without underflow.
 *
 * @example
 * ```ts
 * import { compute, constant, logSoftmax } from 'chineseblue/autograd';
 *
 * await compute(logSoftmax(constant([0, 1000]))); // [-1000, 0]
 * ```
 */
export const logSoftmax = (x: Value, axis = -1): Value => along('LogSoftmax', x, axis);

/**
 * Results of layer normalisation over the last axis (Ba et al. 2016): the normalised x, the mean, and
 * 1 / √(variance + epsilon), the latter two with a last axis of size 1.
 */
export function layerNormParts(x: Value, gain: Value, bias: Value, epsilon: number): [Value, Value, Value] {
  const width = x.shape.slice(-1);
  if (!sameShape(gain.shape, width) || !sameShape(bias.shape, width)) {
    throw shapeError('LayerNormalization', [x, gain, bias], 'differ in the last axis');
  }
  const attributes = { axis: -1, epsilon: { float: epsilon } };
  const part = (output: number): Value => {
    const shape = output === 0 ? x.shape : x.shape.with(-1, 1);
    return {
      operation: 'LayerNormalization',
      inputs: [x, gain, bias],
      attributes,
      output,
      shape,
      type: x.type,
    };
  };
  return [part(0), part(1), part(2)];
}

/**
 * Layer normalisation over the last axis: `gain` and `bias` have its size.
 *
 * @example
 * ```ts
 * import { compute, constant, layerNorm } from 'chineseblue/autograd';
 *
 * const [gain, bias] = [constant([1, 1]), constant([0, 10])];
 * await compute(layerNorm(constant([1, 3]), gain, bias)); // [-1, 11]
 * ```
 */
export const layerNorm = (x: Value, gain: Value, bias: Value, epsilon = 1e-12): Value =>
  layerNormParts(x, gain, bias, epsilon)[0];

/**
 * Cross-entropy between `logits [n, classes]` and `targets [n, classes]`, summed and divided by `total`, by default n.
 * Targets are probabilities: one-hot, smoothed or weighted by class; rows of zeros add nothing to the sum.
 *
 * @example
 * ```ts
 * import { compute, constant, crossEntropy } from 'chineseblue/autograd';
 *
 * const logits = constant([0, 0, 5, 0], [2, 2]);
 * const targets = constant([1, 0, 1, 0], [2, 2]);
 * await compute(crossEntropy(logits, targets)); // [0.35]
 * ```
 */
export function crossEntropy(logits: Value, targets: Value, total: Value = constant(logits.shape[0])): Value {
  if (!sameShape(logits.shape, targets.shape)) throw shapeError('crossEntropy', [logits, targets], 'differ');
  return neg(div(sum(mul(logSoftmax(logits), targets)), total));
}
