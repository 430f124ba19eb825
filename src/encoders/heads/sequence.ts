import {
  add,
  crossEntropy,
  div,
  exp,
  input,
  logSoftmax,
  mul,
  softplus,
  sub,
  sum,
  type Value,
} from '../../autograd/index.ts';
import type { EncoderConfig } from '../architectures/architecture.ts';
import { architectureOf } from '../architectures/registry.ts';
import { type Head, type Outputs, rowOf, type TrainableHead } from './head.ts';

/** The part that heads with `classes` scores for a sequence share: output `logits [batch, classes]`. */
export function sequenceScores(config: EncoderConfig, classes: number): Omit<Head<unknown>, 'read'> {
  const classifier = architectureOf(config).heads.sequence;
  return {
    transformersClass: classifier.transformersClass,
    firstOnly: classifier.firstOnly?.(config),
    parameters: classifier.parameters(config, classes),
    outputs: (context) => ({ logits: classifier.logits(config, context) }),
  };
}

/** KL(p‖q) + KL(q‖p) of two softmax outputs `[n, classes]`, weighted by row and divided by `total` (Wu et al. 2021). */
export function symmetricDivergence(first: Value, second: Value, weights: Value, total: Value): Value {
  const [p, q] = [logSoftmax(first), logSoftmax(second)];
  const apart = sum(mul(sub(exp(p), exp(q)), sub(p, q)), [-1], true);
  return div(sum(mul(apart, weights)), total);
}

export interface ClassOptions {
  /** Label smoothing: share of the target that is spread evenly over all classes. */
  readonly smoothing?: number;
  /** Weight of each class in the loss; 1 by default. */
  readonly weights?: readonly number[];
}

/** The total weight of labels. */
export const weightOf = (labels: readonly number[], { weights }: ClassOptions): number =>
  labels.reduce((total, label) => total + (weights?.[label] ?? 1), 0);

/** One-hot rows of `classes` numbers, smoothed and weighted. */
export function fillTargets(
  targets: Float32Array,
  labels: Iterable<readonly [row: number, label: number]>,
  classes: number,
  { smoothing = 0, weights }: ClassOptions,
): void {
  for (const [row, label] of labels) {
    const weight = weights?.[label] ?? 1;
    targets.fill((weight * smoothing) / classes, row * classes, (row + 1) * classes);
    targets[row * classes + label] += weight * (1 - smoothing);
  }
}

/** One of several classes for a sentence or a pair: a target is the index of the class, an answer the logits. */
export function sequenceHead(
  config: EncoderConfig,
  classes: number,
  options: ClassOptions = {},
): TrainableHead<number, Float32Array> {
  const total = (): Value => input('total', []);
  return {
    ...sequenceScores(config, classes),
    loss: ({ logits }) => crossEntropy(logits, input('targets', logits.shape), total()),
    divergence: ({ logits }, second: Outputs) =>
      symmetricDivergence(logits, second.logits, sum(input('targets', logits.shape), [-1], true), total()),
    weight: (rows) => weightOf(rows, options),
    targets(rows, { batch }, _tokens, total) {
      const targets = new Float32Array(batch * classes);
      fillTargets(targets, rows.entries(), classes, options);
      return { targets, total: Float32Array.of(total || 1) };
    },
    read: ({ logits }, row) => rowOf(logits, row, classes),
  };
}

/** Which of several questions a sequence asks, and the class that answers it. */
export interface GroupedTarget {
  readonly group: number;
  readonly label: number;
}

/** Excludes the classes of other groups from a softmax. */
const APART = -1e9;

/**
 * One of the classes of a group, `sizes` classes each, for sequences that ask different questions: a softmax over the group's
 * own classes. An answer has the logits of all groups, one after another.
 */
export function groupedHead(
  config: EncoderConfig,
  sizes: readonly number[],
  { smoothing = 0 }: Pick<ClassOptions, 'smoothing'> = {},
): TrainableHead<GroupedTarget, Float32Array> {
  const classes = sizes.reduce((sum, size) => sum + size, 0);
  const offsets = sizes.map((_, group) => sizes.slice(0, group).reduce((sum, size) => sum + size, 0));
  const own = (logits: Value): Value => add(logits, input('outside', logits.shape));
  const total = (): Value => input('total', []);
  return {
    ...sequenceScores(config, classes),
    loss: ({ logits }) => crossEntropy(own(logits), input('targets', logits.shape), total()),
    divergence: ({ logits }, second: Outputs) =>
      symmetricDivergence(
        own(logits),
        own(second.logits),
        sum(input('targets', logits.shape), [-1], true),
        total(),
      ),
    weight: (rows) => rows.length,
    targets(rows, { batch }, _tokens, total) {
      const targets = new Float32Array(batch * classes);
      const outside = new Float32Array(batch * classes).fill(APART);
      for (const [row, { group, label }] of rows.entries()) {
        const from = row * classes + offsets[group];
        outside.fill(0, from, from + sizes[group]);
        targets.fill(smoothing / sizes[group], from, from + sizes[group]);
        targets[from + label] += 1 - smoothing;
      }
      return { targets, outside, total: Float32Array.of(total || 1) };
    },
    read: ({ logits }, row) => rowOf(logits, row, classes),
  };
}

/** Any subset of labels: a target has the indices of those that apply, an answer the logit of every label. */
export function multilabelHead(
  config: EncoderConfig,
  labels: number,
  { weights }: ClassOptions = {},
): TrainableHead<readonly number[], Float32Array> {
  return {
    ...sequenceScores(config, labels),
    loss({ logits }) {
      const [targets, counted] = [input('targets', logits.shape), input('counted', logits.shape)];
      return div(sum(mul(counted, sub(softplus(logits), mul(targets, logits)))), input('total', []));
    },
    weight(rows) {
      let total = 0;
      for (let row = 0; row < rows.length; row++)
        for (let label = 0; label < labels; label++) total += Math.fround(weights?.[label] ?? 1);
      return total;
    },
    targets(rows, { batch }, _tokens, total) {
      const targets = new Float32Array(batch * labels);
      const counted = new Float32Array(batch * labels);
      for (const [row, held] of rows.entries()) {
        for (let label = 0; label < labels; label++) counted[row * labels + label] = weights?.[label] ?? 1;
        for (const label of held) targets[row * labels + label] = 1;
      }
      return { targets, counted, total: Float32Array.of(total || 1) };
    },
    read: ({ logits }, row) => rowOf(logits, row, labels),
  };
}
