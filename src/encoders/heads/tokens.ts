import { crossEntropy, input, reshape, sum, type TypedArray, type Value } from '../../autograd/index.ts';
import type { EncoderConfig } from '../architectures/architecture.ts';
import { architectureOf } from '../architectures/registry.ts';
import { type BatchShape, rowOf, type TrainableHead } from './head.ts';
import { type ClassOptions, fillTargets, symmetricDivergence, weightOf } from './sequence.ts';

/** The scores of the tokens between `[CLS]` and `[SEP]`, `tags` numbers each. */
export const readEmissions = (
  logits: TypedArray,
  row: number,
  tokens: number,
  tags: number,
  { length }: BatchShape,
): Float32Array => rowOf(logits, row, length * tags).slice(tags, (tokens - 1) * tags);

/**
 * One of `tags` classes for every token, independently. A target has the tag of every token between `[CLS]` and `[SEP]`,
 * -1 for one that is ignored; an answer has `tags` scores for each of them.
 */
export function tokenHead(
  config: EncoderConfig,
  tags: number,
  options: ClassOptions = {},
): TrainableHead<Int32Array, Float32Array> {
  const classifier = architectureOf(config).heads.tokens;
  const flat = (logits: Value): Value => reshape(logits, [-1, tags]);
  const targets = (logits: Value): Value => input('targets', flat(logits).shape);
  const total = (): Value => input('total', []);
  return {
    transformersClass: classifier.transformersClass,
    parameters: classifier.parameters(config, tags),
    outputs: (context) => ({ logits: classifier.logits(config, context) }),
    loss: ({ logits }) => crossEntropy(flat(logits), targets(logits), total()),
    divergence: (first, second) =>
      symmetricDivergence(
        flat(first.logits),
        flat(second.logits),
        sum(targets(first.logits), [-1], true),
        total(),
      ),
    weight: (rows) =>
      weightOf(
        rows.flatMap((row) => Array.from(row).filter((tag) => tag >= 0)),
        options,
      ),
    targets(rows, { batch, length }, _tokens, total) {
      const list = new Float32Array(batch * length * tags);
      const labels = rows.flatMap((row, i) =>
        Array.from(row, (tag, k) => [i * length + 1 + k, tag] as const),
      );
      fillTargets(
        list,
        labels.filter(([, tag]) => tag >= 0),
        tags,
        options,
      );
      return { targets: list, total: Float32Array.of(total || 1) };
    },
    read: ({ logits }, row, tokens, shape) => readEmissions(logits, row, tokens, tags, shape),
  };
}
