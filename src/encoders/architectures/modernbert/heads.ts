import { add, cast, div, equal, mul, reshape, sum, type Value } from '../../../autograd/index.ts';
import type { Classifier, MaskedLanguageModel, TransformersHeads } from '../architecture.ts';
import { firstState } from '../bert/heads.ts';
import { ACTIVATIONS, type HeadContext } from '../graph.ts';
import { linear } from '../shapes.ts';
import type { ModernBertConfig } from './config.ts';
import { normOf } from './graph.ts';
import { ENCODER_CLASS, HEAD } from './names.ts';
import { headShapes } from './parameters.ts';

const CLASSIFIER = 'classifier';
const DECODER_BIAS = 'decoder.bias';

/** A dense layer, an activation and a layer normalisation, before every classifier and decoder. */
function predicted(config: ModernBertConfig, { dense, parameter }: HeadContext, hidden: Value): Value {
  const inner = dense(hidden, HEAD.dense, config.biases.classifier);
  return normOf(config, ACTIVATIONS[config.classifierActivation](inner), HEAD.norm, parameter);
}

/** The mean of the hidden states of all tokens, special ones included, `[batch, hidden]`. */
function meanState({ hidden, mask }: HeadContext): Value {
  const [batch, length] = mask.shape;
  const counted = cast(mask, 'float32');
  const total = sum(mul(hidden, reshape(counted, [batch, length, 1])), [1]);
  const count = sum(counted, [1], true);
  // a row of padding alone has no mean
  return div(total, add(count, cast(equal(count, 0), 'float32')));
}

const classifierShapes = (config: ModernBertConfig, classes: number) =>
  new Map([...headShapes(config), ...linear(CLASSIFIER, config.hiddenSize, classes)]);
const classesOf: Classifier['classes'] = (tensors) => tensors.get(`${CLASSIFIER}.weight`)?.shape[0];

const sequence: Classifier<ModernBertConfig> = {
  transformersClass: 'ModernBertForSequenceClassification',
  parameters: classifierShapes,
  firstOnly: ({ pooling }) => pooling === 'cls',
  logits(config, context) {
    const pooled = config.pooling === 'cls' ? firstState(context) : meanState(context);
    return context.dense(context.dropout(predicted(config, context, pooled), 'classifier'), CLASSIFIER);
  },
  classes: classesOf,
};

const tokens: Classifier<ModernBertConfig> = {
  transformersClass: 'ModernBertForTokenClassification',
  parameters: classifierShapes,
  logits(config, context) {
    const states = predicted(config, context, context.hidden);
    return context.dense(context.dropout(states, 'classifier'), CLASSIFIER);
  },
  classes: classesOf,
};

const masked: MaskedLanguageModel<ModernBertConfig> = {
  transformersClass: 'ModernBertForMaskedLM',
  bias: DECODER_BIAS,
  parameters: (config) => new Map([...headShapes(config), [DECODER_BIAS, [config.vocabSize]]]),
  transform: predicted,
};

export const heads: TransformersHeads<ModernBertConfig> = {
  encoderClass: ENCODER_CLASS,
  sequence,
  tokens,
  masked,
  classOf(tensors) {
    if (tensors.has(DECODER_BIAS)) return masked.transformersClass;
    return classesOf(tensors) === undefined ? ENCODER_CLASS : sequence.transformersClass;
  },
};
