import { crossEntropy, input, linear, reshape, slice, tanh, type Value } from '../../autograd/index.ts';
import type { HeadContext, HeadGraph } from './head.ts';

/** The hidden state of `[CLS]` through BERT's pooler: `[batch, hidden]`. */
export function pooled({ hidden, parameter, dropout }: HeadContext): Value {
  const [batch, , size] = hidden.shape;
  const first = reshape(slice(hidden, 1, 0, 1), [batch, size]);
  const dense = linear(first, parameter('pooler.dense.weight'), parameter('pooler.dense.bias'));
  return dropout(tanh(dense), 'hidden');
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

/**
 * One of several classes for a sentence or a pair. Target: `targets [batch, classes]`, probabilities that may be
 * smoothed or weighted, rows of zeros for padding; `total []`, what the sum of losses is divided by.
 */
export function sequenceHead(hidden: number, classes: number): HeadGraph {
  return {
    parameters: sequenceParameters(hidden, classes),
    outputs: (context) => ({
      logits: linear(
        pooled(context),
        context.parameter('classifier.weight'),
        context.parameter('classifier.bias'),
      ),
    }),
    loss: ({ logits }) => crossEntropy(logits, input('targets', logits.shape), input('total', [])),
  };
}
