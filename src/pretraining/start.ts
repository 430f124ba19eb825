import { type BertConfig, parameterShapes } from '../encoders/architectures/bert/config.ts';
import {
  fillNormal,
  initialConfig,
  initialTensors,
  type Sizes,
} from '../encoders/architectures/bert/initial.ts';
import type { Model } from '../encoders/folder/save.ts';
import type { Tokenizer } from '../encoders/tokenizers/tokenizer.ts';
import type { Tensor } from '../encoders/weights/read.ts';
import { UserError } from '../ground/errors.ts';
import { pretrainingParameters } from './objective/head.ts';
import type { PretrainingText } from './objective/text.ts';

/** What pretraining starts from: the configuration, and every parameter of encoder, pooler and heads. */
export interface Start {
  readonly config: BertConfig;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/**
 * Random weights for this vocabulary. The decoder's bias starts as the log frequencies of the tokens in `text`;
 * otherwise the whole network would first have to learn which tokens are frequent.
 */
export function startFromNothing(
  { vocabulary }: Tokenizer,
  sizes: Sizes,
  seed: number,
  text: PretrainingText['tokens'],
): Start {
  const config = initialConfig(vocabulary, sizes, 'BertForPreTraining');
  const tensors = complete(config, initialTensors(config, seed), seed);
  const counts = new Float64Array(config.vocabSize).fill(SMOOTHING);
  for (const token of text) counts[token]++;
  const total = text.length + SMOOTHING * counts.length;
  const { shape } = tensors.get(BIAS)!;
  tensors.set(BIAS, { shape, data: Float32Array.from(counts, (count) => Math.log(count / total)) });
  return { config, tensors };
}

/** Additive smoothing of token counts. */
const SMOOTHING = 0.5;

/** The same start with another dropout. */
export const withDropout = ({ config, tensors }: Start, rate: number): Start => ({
  config: { ...config, hiddenDropout: rate, attentionDropout: rate },
  tensors,
});

/** The weights of a model; a pooler or heads that it lacks are random. Throws a UserError (`weights-shape`). */
export function startFrom(model: Pick<Model, 'config' | 'tensors'>, seed: number): Start {
  const { labels: _labels, problemType: _problemType, untrained: _untrained, ...bare } = model.config;
  const config: BertConfig = { ...bare, architecture: 'BertForPreTraining' };
  return { config, tensors: complete(config, model.tensors, seed) };
}

function complete(config: BertConfig, given: ReadonlyMap<string, Tensor>, seed: number): Map<string, Tensor> {
  const all = new Map<string, Tensor>();
  for (const [name, shape] of [...parameterShapes(config), ...pretrainingParameters(config)]) {
    const found = given.get(name) ?? (name === BIAS ? given.get(DECODER_BIAS) : undefined);
    if (found) {
      if (found.shape.join() !== shape.join()) {
        throw new UserError(
          'weights-shape',
          {
            en: `The shape is ${found.shape.join(' × ')}, not ${shape.join(' × ')}`,
            zh: `形状为 ${found.shape.join(' × ')}，应为 ${shape.join(' × ')}`,
          },
          {
            field: name,
            hint: {
              en: 'Check that config.json belongs to these weights.',
              zh: '请检查 config.json 与权重是否匹配。',
            },
          },
        );
      }
      all.set(name, found);
      continue;
    }
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
    if (name.endsWith('LayerNorm.weight')) data.fill(1);
    else if (name.endsWith('.weight')) fillNormal(data, config.initializerRange, seed, name);
    all.set(name, { shape, data });
  }
  return all;
}

/** The decoder's bias, and its other name in PyTorch files. */
const BIAS = 'cls.predictions.bias';
const DECODER_BIAS = 'cls.predictions.decoder.bias';
