import {
  crossEntropy,
  div,
  exp,
  input,
  logSoftmax,
  mul,
  reshape,
  slice,
  softplus,
  sub,
  sum,
  tanh,
  type Value,
} from '../../autograd/index.ts';
import { type Head, type HeadContext, type Outputs, rowOf } from './head.ts';

/** The hidden state of `[CLS]` through BERT's pooler, with dropout: `[batch, hidden]`. */
export function pooled({ hidden, dense, dropout }: HeadContext): Value {
  const [batch, , size] = hidden.shape;
  const first = reshape(slice(hidden, 1, 0, 1), [batch, size]);
  return dropout(tanh(dense(first, 'pooler.dense')), 'classifier');
}

/** Parameters of a pooler and a dense layer to `classes` scores, named as in `BertForSequenceClassification`. */
export function sequenceParameters(hidden: number, classes: number): Map<string, readonly number[]> {
  return new Map([
    ['pooler.dense.weight', [hidden, hidden]],
    ['pooler.dense.bias', [hidden]],
    ['classifier.weight', [classes, hidden]],
    ['classifier.bias', [classes]],
  ]);
}

export const sequenceLogits = (context: HeadContext): Value => context.dense(pooled(context), 'classifier');

/** KL(p‖q) + KL(q‖p) of two softmax outputs `[n, classes]`, weighted by row and divided by `total` (Wu et al. 2021). */
export function symmetricDivergence(first: Value, second: Value, weights: Value, total: Value): Value {
  const [p, q] = [logSoftmax(first), logSoftmax(second)];
  const apart = sum(mul(sub(exp(p), exp(q)), sub(p, q)), [-1], true);
  return div(sum(mul(apart, weights)), total);
}

export interface ClassOptions {
  /** Share of the target that is spread evenly over all classes. */
  readonly smoothing?: number;
  /** How much the loss of each class counts; 1 by default. */
  readonly weights?: readonly number[];
}

/** One-hot rows of `classes` numbers, smoothed and weighted; returns their total weight. */
export function fillTargets(
  targets: Float32Array,
  labels: Iterable<readonly [row: number, label: number]>,
  classes: number,
  { smoothing = 0, weights }: ClassOptions,
): number {
  let total = 0;
  for (const [row, label] of labels) {
    const weight = weights?.[label] ?? 1;
    targets.fill((weight * smoothing) / classes, row * classes, (row + 1) * classes);
    targets[row * classes + label] += weight * (1 - smoothing);
    total += weight;
  }
  return total;
}

/** One of several classes for a sentence or a pair: a target is the number of the class, an answer the logits. */
export function sequenceHead(
  hidden: number,
  classes: number,
  options: ClassOptions = {},
): Head<number, Float32Array> {
  const total = (): Value => input('total', []);
  return {
    architecture: 'BertForSequenceClassification',
    firstOnly: true,
    parameters: sequenceParameters(hidden, classes),
    outputs: (context) => ({ logits: sequenceLogits(context) }),
    loss: ({ logits }) => crossEntropy(logits, input('targets', logits.shape), total()),
    divergence: ({ logits }, second: Outputs) =>
      symmetricDivergence(logits, second.logits, sum(input('targets', logits.shape), [-1], true), total()),
    targets(rows, { batch }) {
      const targets = new Float32Array(batch * classes);
      const weight = fillTargets(targets, rows.entries(), classes, options);
      return { targets, total: Float32Array.of(weight || 1) };
    },
    read: ({ logits }, row) => rowOf(logits, row, classes),
  };
}

/** Any set of labels: a target has the numbers of those that hold, an answer the logit of every label. */
export function multilabelHead(
  hidden: number,
  labels: number,
  { weights }: ClassOptions = {},
): Head<readonly number[], Float32Array> {
  return {
    architecture: 'BertForSequenceClassification',
    firstOnly: true,
    parameters: sequenceParameters(hidden, labels),
    outputs: (context) => ({ logits: sequenceLogits(context) }),
    loss({ logits }) {
      const [targets, counted] = [input('targets', logits.shape), input('counted', logits.shape)];
      return div(sum(mul(counted, sub(softplus(logits), mul(targets, logits)))), input('total', []));
    },
    targets(rows, { batch }) {
      const targets = new Float32Array(batch * labels);
      const counted = new Float32Array(batch * labels);
      for (const [row, held] of rows.entries()) {
        for (let label = 0; label < labels; label++) counted[row * labels + label] = weights?.[label] ?? 1;
        for (const label of held) targets[row * labels + label] = 1;
      }
      return { targets, counted, total: Float32Array.of(counted.reduce((a, b) => a + b, 0) || 1) };
    },
    read: ({ logits }, row) => rowOf(logits, row, labels),
  };
}
