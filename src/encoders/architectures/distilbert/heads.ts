import { layerNorm, relu } from '../../../autograd/index.ts';
import type { Classifier, MaskedLanguageModel, TransformersHeads } from '../architecture.ts';
import type { BertConfig } from '../bert/config.ts';
import { firstState, tokensOf } from '../bert/heads.ts';
import { ACTIVATIONS } from '../graph.ts';
import { linear, norm } from '../shapes.ts';
import { ENCODER_CLASS, VOCABULARY_NORM } from './names.ts';

const DENSE = 'pre_classifier';
const OUT = 'classifier';
const TRANSFORM = 'vocab_transform';
const NORM = VOCABULARY_NORM.canonical;
const DECODER_BIAS = 'vocab_projector.bias';

const sequence: Classifier<BertConfig> = {
  transformersClass: 'DistilBertForSequenceClassification',
  parameters: ({ hiddenSize }, classes) =>
    new Map([...linear(DENSE, hiddenSize, hiddenSize), ...linear(OUT, hiddenSize, classes)]),
  firstOnly: () => true,
  logits: (_config, context) =>
    context.dense(context.dropout(relu(context.dense(firstState(context), DENSE)), 'classifier'), OUT),
  classes: (tensors) => tensors.get(`${OUT}.weight`)?.shape[0],
};

/** Its dropout is that of the layers: `seq_classif_dropout` is for sequences. */
const tokens: Classifier<BertConfig> = {
  ...tokensOf('DistilBertForTokenClassification'),
  logits: (_config, { hidden, dense, dropout }) => dense(dropout(hidden, 'hidden'), OUT),
};

const masked: MaskedLanguageModel<BertConfig> = {
  transformersClass: 'DistilBertForMaskedLM',
  bias: DECODER_BIAS,
  parameters: ({ hiddenSize, vocabSize }) =>
    new Map([
      ...linear(TRANSFORM, hiddenSize, hiddenSize),
      ...norm(NORM, hiddenSize),
      [DECODER_BIAS, [vocabSize]],
    ]),
  transform({ activation, layerNormEps }, { dense, parameter }, hidden) {
    const inner = ACTIVATIONS[activation](dense(hidden, TRANSFORM));
    return layerNorm(inner, parameter(`${NORM}.weight`), parameter(`${NORM}.bias`), layerNormEps);
  },
};

/** DistilBERT has no pooler, and no class predicts next sentences. */
export const heads: TransformersHeads<BertConfig> = {
  encoderClass: ENCODER_CLASS,
  sequence,
  tokens,
  masked,
  classOf(tensors) {
    if (tensors.has(DECODER_BIAS)) return masked.transformersClass;
    if (tensors.has(`${DENSE}.weight`)) return sequence.transformersClass;
    return tensors.has(`${OUT}.weight`) ? tokens.transformersClass : ENCODER_CLASS;
  },
};
