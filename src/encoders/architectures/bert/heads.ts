import { layerNorm, reshape, slice, tanh, type Value } from '../../../autograd/index.ts';
import type { Classifier, MaskedLanguageModel, NextSentence, TransformersHeads } from '../architecture.ts';
import { ACTIVATIONS, type HeadContext, noDropout } from '../graph.ts';
import { linear, norm } from '../shapes.ts';
import type { BertConfig } from './config.ts';
import { poolerShapes } from './parameters.ts';

const POOLER = 'pooler.dense';
const CLASSIFIER = 'classifier';
const TRANSFORM = 'cls.predictions.transform';
const DECODER_BIAS = 'cls.predictions.bias';
const NEXT = 'cls.seq_relationship';

/** The hidden state of `[CLS]`, `[batch, hidden]`. */
export function firstState({ hidden }: HeadContext): Value {
  const [batch, , size] = hidden.shape;
  return reshape(slice(hidden, 1, 0, 1), [batch, size]);
}

/** The hidden state of `[CLS]` through the pooler, with dropout: `[batch, hidden]`. */
const pooled = (context: HeadContext): Value =>
  context.dropout(tanh(context.dense(firstState(context), POOLER)), 'classifier');

/** One dense layer on the pooled `[CLS]`. */
const sequenceOf = (transformersClass: string): Classifier<BertConfig> => ({
  transformersClass,
  parameters: (config, classes) =>
    new Map([...poolerShapes(config), ...linear(CLASSIFIER, config.hiddenSize, classes)]),
  firstOnly: () => true,
  logits: (_config, context) => context.dense(pooled(context), CLASSIFIER),
  classes: (tensors) => tensors.get(`${CLASSIFIER}.weight`)?.shape[0],
});

/** One dense layer on every token. */
export const tokensOf = (transformersClass: string): Classifier<BertConfig> => ({
  transformersClass,
  parameters: ({ hiddenSize }, classes) => new Map(linear(CLASSIFIER, hiddenSize, classes)),
  logits: (_config, { hidden, dense, dropout }) => dense(dropout(hidden, 'classifier'), CLASSIFIER),
  classes: (tensors) => tensors.get(`${CLASSIFIER}.weight`)?.shape[0],
});

/** A dense layer to the size of the embeddings, activation and layer normalisation before the tied decoder. */
export const maskedOf = <Config extends BertConfig>(
  transformersClass: string,
  embeddingSize: (config: Config) => number,
): MaskedLanguageModel<Config> => ({
  transformersClass,
  bias: DECODER_BIAS,
  parameters: (config) =>
    new Map([
      ...linear(`${TRANSFORM}.dense`, config.hiddenSize, embeddingSize(config)),
      ...norm(`${TRANSFORM}.LayerNorm`, embeddingSize(config)),
      [DECODER_BIAS, [config.vocabSize]],
    ]),
  transform({ activation, layerNormEps }, { dense, parameter }, hidden) {
    const inner = ACTIVATIONS[activation](dense(hidden, `${TRANSFORM}.dense`));
    const [gain, bias] = ['weight', 'bias'].map((part) => parameter(`${TRANSFORM}.LayerNorm.${part}`));
    return layerNorm(inner, gain, bias, layerNormEps);
  },
});

const nextSentenceOf = (transformersClass: string): NextSentence<BertConfig> => ({
  transformersClass,
  parameters: (config) => new Map([...poolerShapes(config), ...linear(NEXT, config.hiddenSize, 2)]),
  logits: (context) => context.dense(pooled({ ...context, dropout: noDropout }), NEXT),
});

/** The heads of BERT, for model types whose classes in `transformers` differ in the first word of their names only. */
export function bertHeads(name: string): TransformersHeads<BertConfig> {
  const encoderClass = `${name}Model`;
  const sequence = sequenceOf(`${name}ForSequenceClassification`);
  const masked = maskedOf<BertConfig>(`${name}ForMaskedLM`, ({ hiddenSize }) => hiddenSize);
  const nextSentence = nextSentenceOf(`${name}ForPreTraining`);
  return {
    encoderClass,
    sequence,
    tokens: tokensOf(`${name}ForTokenClassification`),
    masked,
    nextSentence,
    classOf(tensors) {
      if (tensors.has(`${NEXT}.weight`)) return nextSentence.transformersClass;
      if (tensors.has(DECODER_BIAS)) return masked.transformersClass;
      return tensors.has(`${CLASSIFIER}.weight`) ? sequence.transformersClass : encoderClass;
    },
  };
}

export const heads = bertHeads('Bert');
