import { UserError } from '../../ground/errors.ts';
import { type BertConfig, parameterShapes, parseConfig } from '../config.ts';
import { fillNormal, initialTensors } from '../folder/init.ts';
import type { Model } from '../folder/save.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { Tensor } from '../weights/read.ts';
import { pretrainingParameters } from './head.ts';

/** The shape of a model that begins from nothing. */
export interface Sizes {
  readonly layers: number;
  readonly hidden: number;
  /** 0: one for every 64 of the hidden size. */
  readonly heads: number;
  readonly positions: number;
  readonly dropout: number;
}

/** Width of an attention head in BERT-base. */
const HEAD_SIZE = 64;

/** What pretraining begins with: the configuration, and every parameter of encoder, pooler and heads. */
export interface Start {
  readonly config: BertConfig;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/**
 * Random weights for this vocabulary. They are drawn with deviation 1 / √hidden: BERT's 0.02 is for 768, and a narrow
 * model that begins with it learns nothing for long.
 */
export function startFromNothing(tokenizer: Tokenizer, sizes: Sizes, seed: number): Start {
  const { layers, hidden, heads, positions, dropout } = sizes;
  const { tokens, ids } = tokenizer.vocabulary;
  const config = parseConfig(
    JSON.stringify({
      architectures: ['BertForPreTraining'],
      vocab_size: tokens.length,
      hidden_size: hidden,
      num_hidden_layers: layers,
      num_attention_heads: heads || Math.max(1, Math.floor(hidden / HEAD_SIZE)),
      intermediate_size: 4 * hidden,
      max_position_embeddings: positions,
      hidden_dropout_prob: dropout,
      attention_probs_dropout_prob: dropout,
      initializer_range: 1 / Math.sqrt(hidden),
      pad_token_id: ids.pad,
    }),
  );
  return { config, tensors: complete(config, initialTensors(config, seed), seed) };
}

/** The weights of a model; heads and a pooler that it lacks begin from nothing. */
export function startFrom(model: Pick<Model, 'config' | 'tensors'>, seed: number): Start {
  const { labels: _labels, problemType: _problemType, ...bare } = model.config;
  const config: BertConfig = { ...bare, architecture: 'BertForPreTraining' };
  return { config, tensors: complete(config, model.tensors, seed) };
}

function complete(config: BertConfig, given: ReadonlyMap<string, Tensor>, seed: number): Map<string, Tensor> {
  const all = new Map<string, Tensor>();
  for (const [name, shape] of [...parameterShapes(config), ...pretrainingParameters(config)]) {
    const found = given.get(name) ?? (name === 'cls.predictions.bias' ? given.get(DECODER_BIAS) : undefined);
    if (found) {
      if (found.shape.join() !== shape.join()) {
        throw new UserError(
          'weights-shape',
          `${name} is ${found.shape.join(' × ')}, not ${shape.join(' × ')}`,
          {
            hint: 'Check that config.json belongs to these weights.',
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

/** Another name of `cls.predictions.bias` in files of PyTorch. */
const DECODER_BIAS = 'cls.predictions.decoder.bias';
