import { add, layerNorm, matmul, transpose } from '../../autograd/index.ts';
import type { BertConfig } from '../architectures/bert/config.ts';
import { ACTIVATION, EMBEDDINGS } from '../architectures/bert/graph.ts';
import { type Head, rowOf } from './head.ts';

const TRANSFORM = 'cls.predictions.transform';

/**
 * A score for every token of the vocabulary at every token, `logits [batch, length, vocabulary]`, as `BertForMaskedLM`
 * gives them (Devlin et al. 2019): only for export, since pretraining looks at masked tokens alone.
 */
export function maskedHead({
  hiddenSize: hidden,
  vocabSize,
  activation,
  layerNormEps,
}: BertConfig): Head<never, Float32Array> {
  return {
    architecture: 'BertForMaskedLM',
    parameters: new Map<string, readonly number[]>([
      [`${TRANSFORM}.dense.weight`, [hidden, hidden]],
      [`${TRANSFORM}.dense.bias`, [hidden]],
      [`${TRANSFORM}.LayerNorm.weight`, [hidden]],
      [`${TRANSFORM}.LayerNorm.bias`, [hidden]],
      ['cls.predictions.bias', [vocabSize]],
    ]),
    outputs({ hidden: states, dense, parameter }) {
      const inner = ACTIVATION[activation](dense(states, `${TRANSFORM}.dense`));
      const [gain, bias] = ['weight', 'bias'].map((part) => parameter(`${TRANSFORM}.LayerNorm.${part}`));
      const normed = layerNorm(inner, gain, bias, layerNormEps);
      const scores = matmul(normed, transpose(parameter(EMBEDDINGS.words)));
      return { logits: add(scores, parameter('cls.predictions.bias')) };
    },
    loss: ({ logits }) => logits,
    targets: () => ({}),
    read: ({ logits }, row, _tokens, { length }) => rowOf(logits, row, length * vocabSize),
  };
}
