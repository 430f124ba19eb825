import type { EncoderConfig, Sizes, TransformersHeads } from '../encoders/architectures/architecture.ts';
import { architectureOf, defaultArchitecture } from '../encoders/architectures/registry.ts';
import type { Model } from '../encoders/folder/save.ts';
import type { Tokenizer } from '../encoders/tokenizers/tokenizer.ts';
import type { Tensor } from '../encoders/weights/read.ts';
import { UserError } from '../ground/errors.ts';
import type { PretrainingText } from './masks/text.ts';
import { pretrainingParameters } from './objective/head.ts';

/** What pretraining starts from: the configuration, and every parameter of encoder, pooler and heads. */
export interface Start {
  readonly config: EncoderConfig;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** Random weights for this vocabulary. The decoder's bias starts as the log frequencies of the tokens in `text`. */
export function startFromRandom(
  { vocabulary }: Tokenizer,
  sizes: Sizes,
  seed: number,
  text: PretrainingText['tokens'],
): Start {
  const { config: format, heads, parameters } = defaultArchitecture;
  const config = format.initial(vocabulary, sizes, pretrainingClass(heads));
  const tensors = complete(config, parameters.initial(config, seed), seed);
  startFromFrequencies(config, tensors, text);
  return { config, tensors };
}

/**
 * Sets the decoder's bias to the log frequencies of the tokens in `text`; otherwise the whole network would first have to
 * learn which tokens are frequent.
 */
function startFromFrequencies(
  config: EncoderConfig,
  tensors: Map<string, Tensor>,
  text: PretrainingText['tokens'],
): void {
  const { bias } = architectureOf(config).heads.masked;
  const counts = new Float64Array(config.vocabSize).fill(SMOOTHING);
  for (const token of text) counts[token]++;
  const total = text.length + SMOOTHING * counts.length;
  tensors.set(bias, {
    shape: [config.vocabSize],
    data: Float32Array.from(counts, (count) => Math.log(count / total)),
  });
}

/** Additive smoothing of token counts. */
const SMOOTHING = 0.5;

/** The same start with another dropout. */
export const withDropout = ({ config, tensors }: Start, rate: number): Start => ({
  config: { ...config, hiddenDropout: rate, attentionDropout: rate },
  tensors,
});

/**
 * The weights of a model; a pooler or heads that it lacks are random, except that the bias of a decoder that it lacks starts
 * as the log frequencies of the tokens in `text`, where that is given. Throws a UserError (`weights-shape`).
 */
export function startFrom(
  model: Pick<Model, 'config' | 'tensors'>,
  seed: number,
  text?: PretrainingText['tokens'],
): Start {
  const { labels: _labels, problemType: _problemType, untrained: _untrained, ...bare } = model.config;
  const config: EncoderConfig = { ...bare, transformersClass: pretrainingClass(architectureOf(bare).heads) };
  const tensors = complete(config, model.tensors, seed);
  if (text && !model.tensors.has(architectureOf(config).heads.masked.bias))
    startFromFrequencies(config, tensors, text);
  return { config, tensors };
}

/** The class of `transformers` with all heads that are pretrained. */
const pretrainingClass = ({ nextSentence, masked }: TransformersHeads): string =>
  (nextSentence ?? masked).transformersClass;

function complete(
  config: EncoderConfig,
  given: ReadonlyMap<string, Tensor>,
  seed: number,
): Map<string, Tensor> {
  const all = new Map<string, Tensor>();
  const { parameters } = architectureOf(config);
  const copies = new Map(Object.entries(parameters.copies).map(([copy, original]) => [original, copy]));
  for (const [name, shape] of new Map([...parameters.shapes(config), ...pretrainingParameters(config)])) {
    const found = given.get(name) ?? given.get(copies.get(name) ?? '');
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
    all.set(name, parameters.fresh(config, name, shape, seed));
  }
  return all;
}
