import { crossEntropy, input, reshape, sum, type Value } from '../../autograd/index.ts';
import { type BatchShape, type Head, type HeadContext, rowOf } from './head.ts';
import { type ClassOptions, fillTargets, symmetricDivergence } from './sequence.ts';

export function tokenParameters(hidden: number, tags: number): Map<string, readonly number[]> {
  return new Map([
    ['classifier.weight', [tags, hidden]],
    ['classifier.bias', [tags]],
  ]);
}

/** A score for every tag of every token, `[batch, length, tags]`. */
export const emissions = ({ hidden, dense, dropout }: HeadContext): Value =>
  dense(dropout(hidden, 'classifier'), 'classifier');

/** The scores of the tokens between `[CLS]` and `[SEP]`, `tags` numbers each. */
export const readEmissions = (
  logits: Float32Array,
  row: number,
  tokens: number,
  tags: number,
  { length }: BatchShape,
): Float32Array => rowOf(logits, row, length * tags).slice(tags, (tokens - 1) * tags);

/**
 * A tag for every token, each for itself. A target has the tag of every token between `[CLS]` and `[SEP]`, -1 for one
 * that does not count; an answer has `tags` scores for each of them.
 */
export function tokenHead(
  hidden: number,
  tags: number,
  options: ClassOptions = {},
): Head<Int32Array, Float32Array> {
  const flat = (logits: Value): Value => reshape(logits, [-1, tags]);
  const targets = (logits: Value): Value => input('targets', flat(logits).shape);
  const total = (): Value => input('total', []);
  return {
    architecture: 'BertForTokenClassification',
    parameters: tokenParameters(hidden, tags),
    outputs: (context) => ({ logits: emissions(context) }),
    loss: ({ logits }) => crossEntropy(flat(logits), targets(logits), total()),
    divergence: (first, second) =>
      symmetricDivergence(
        flat(first.logits),
        flat(second.logits),
        sum(targets(first.logits), [-1], true),
        total(),
      ),
    targets(rows, { batch, length }) {
      const list = new Float32Array(batch * length * tags);
      const labels = rows.flatMap((row, i) =>
        Array.from(row, (tag, k) => [i * length + 1 + k, tag] as const),
      );
      const weight = fillTargets(
        list,
        labels.filter(([, tag]) => tag >= 0),
        tags,
        options,
      );
      return { targets: list, total: Float32Array.of(weight || 1) };
    },
    read: ({ logits }, row, tokens, shape) => readEmissions(logits as Float32Array, row, tokens, tags, shape),
  };
}
