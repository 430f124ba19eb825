import { gelu, layerNorm, type Value } from '../../../autograd/index.ts';
import type { Classifier, MaskedLanguageModel, TransformersHeads } from '../architecture.ts';
import type { BertConfig } from '../bert/config.ts';
import { firstState, tokensOf } from '../bert/heads.ts';
import { linear, norm } from '../shapes.ts';
import type { ProjectedConfig } from './config.ts';

const DENSE = 'classifier.dense';
const OUT = 'classifier.out_proj';
const TRANSFORM = 'generator_predictions';
const DECODER_BIAS = 'generator_lm_head.bias';

/** Two dense layers on `[CLS]` with an activation between, for model types without a pooler. */
export const denseClassifier = <Config extends BertConfig>(
  transformersClass: string,
  activation: (config: Config) => (x: Value) => Value,
): Classifier<Config> => ({
  transformersClass,
  parameters: ({ hiddenSize }, classes) =>
    new Map([...linear(DENSE, hiddenSize, hiddenSize), ...linear(OUT, hiddenSize, classes)]),
  firstOnly: () => true,
  logits(config, context) {
    const { dense, dropout } = context;
    const inner = activation(config)(dense(dropout(firstState(context), 'classifier'), DENSE));
    return dense(dropout(inner, 'classifier'), OUT);
  },
  classes: (tensors) => tensors.get(`${OUT}.weight`)?.shape[0],
});

/** The generator's head: its activation is gelu regardless of `hidden_act`. */
const masked: MaskedLanguageModel<ProjectedConfig> = {
  transformersClass: 'ElectraForMaskedLM',
  bias: DECODER_BIAS,
  parameters: ({ hiddenSize, embeddingSize, vocabSize }) =>
    new Map([
      ...norm(`${TRANSFORM}.LayerNorm`, embeddingSize),
      ...linear(`${TRANSFORM}.dense`, hiddenSize, embeddingSize),
      [DECODER_BIAS, [vocabSize]],
    ]),
  transform({ layerNormEps }, { dense, parameter }, hidden) {
    const [gain, bias] = ['weight', 'bias'].map((part) => parameter(`${TRANSFORM}.LayerNorm.${part}`));
    return layerNorm(gelu(dense(hidden, `${TRANSFORM}.dense`)), gain, bias, layerNormEps);
  },
};

const sequence = denseClassifier<ProjectedConfig>('ElectraForSequenceClassification', () => gelu);
const tokens = tokensOf('ElectraForTokenClassification');
const encoderClass = 'ElectraModel';
const discriminatorClass = 'ElectraForPreTraining';

/** ELECTRA has no pooler, and no class predicts next sentences. */
export const heads: TransformersHeads<ProjectedConfig> = {
  encoderClass,
  sequence,
  tokens,
  masked,
  classOf(tensors) {
    if (tensors.has('discriminator_predictions.dense.weight')) return discriminatorClass;
    if (tensors.has(DECODER_BIAS)) return masked.transformersClass;
    if (tensors.has(`${OUT}.weight`)) return sequence.transformersClass;
    return tensors.has('classifier.weight') ? tokens.transformersClass : encoderClass;
  },
};
