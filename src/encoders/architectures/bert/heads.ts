import { layerNorm, reshape, slice, tanh, type Value } from '../../../autograd/index.ts';
import type { Classifier, MaskedLanguageModel, NextSentence, TransformersHeads } from '../architecture.ts';
import { ACTIVATIONS, type HeadContext, noDropout } from '../graph.ts';
import type { BertConfig } from './config.ts';

const ENCODER_CLASS = 'BertModel';
const POOLER = 'pooler.dense';
const CLASSIFIER = 'classifier';
const TRANSFORM = 'cls.predictions.transform';
const DECODER_BIAS = 'cls.predictions.bias';
const NEXT = 'cls.seq_relationship';

type Entries = readonly (readonly [name: string, shape: readonly number[]])[];

const linear = (name: string, from: number, to: number): Entries => [
  [`${name}.weight`, [to, from]],
  [`${name}.bias`, [to]],
];

/** The hidden state of `[CLS]` through the pooler, with dropout: `[batch, hidden]`. */
function pooled({ hidden, dense, dropout }: HeadContext): Value {
  const [batch, , size] = hidden.shape;
  const first = reshape(slice(hidden, 1, 0, 1), [batch, size]);
  return dropout(tanh(dense(first, POOLER)), 'classifier');
}

const sequence: Classifier<BertConfig> = {
  transformersClass: 'BertForSequenceClassification',
  parameters: ({ hiddenSize }, classes) =>
    new Map([...linear(POOLER, hiddenSize, hiddenSize), ...linear(CLASSIFIER, hiddenSize, classes)]),
  firstOnly: () => true,
  logits: (_config, context) => context.dense(pooled(context), CLASSIFIER),
  classes: (tensors) => tensors.get(`${CLASSIFIER}.weight`)?.shape[0],
};

const tokens: Classifier<BertConfig> = {
  transformersClass: 'BertForTokenClassification',
  parameters: ({ hiddenSize }, classes) => new Map(linear(CLASSIFIER, hiddenSize, classes)),
  logits: (_config, { hidden, dense, dropout }) => dense(dropout(hidden, 'classifier'), CLASSIFIER),
  classes: sequence.classes,
};

const masked: MaskedLanguageModel<BertConfig> = {
  transformersClass: 'BertForMaskedLM',
  bias: DECODER_BIAS,
  parameters: ({ hiddenSize: hidden, vocabSize }) =>
    new Map([
      ...linear(`${TRANSFORM}.dense`, hidden, hidden),
      [`${TRANSFORM}.LayerNorm.weight`, [hidden]],
      [`${TRANSFORM}.LayerNorm.bias`, [hidden]],
      [DECODER_BIAS, [vocabSize]],
    ]),
  transform({ activation, layerNormEps }, { dense, parameter }, hidden) {
    const inner = ACTIVATIONS[activation](dense(hidden, `${TRANSFORM}.dense`));
    const [gain, bias] = ['weight', 'bias'].map((part) => parameter(`${TRANSFORM}.LayerNorm.${part}`));
    return layerNorm(inner, gain, bias, layerNormEps);
  },
};

const nextSentence: NextSentence<BertConfig> = {
  transformersClass: 'BertForPreTraining',
  parameters: ({ hiddenSize }) =>
    new Map([...linear(POOLER, hiddenSize, hiddenSize), ...linear(NEXT, hiddenSize, 2)]),
  logits: (context) => context.dense(pooled({ ...context, dropout: noDropout }), NEXT),
};

export const heads: TransformersHeads<BertConfig> = {
  encoderClass: ENCODER_CLASS,
  sequence,
  tokens,
  masked,
  nextSentence,
  classOf(tensors) {
    if (tensors.has(`${NEXT}.weight`)) return nextSentence.transformersClass;
    if (tensors.has(DECODER_BIAS)) return masked.transformersClass;
    return tensors.has(`${CLASSIFIER}.weight`) ? sequence.transformersClass : ENCODER_CLASS;
  },
};
