import type { ParameterScheme } from '../architecture.ts';

export const EMBEDDINGS = {
  words: 'embeddings.word_embeddings.weight',
  positions: 'embeddings.position_embeddings.weight',
  types: 'embeddings.token_type_embeddings.weight',
  norm: 'embeddings.LayerNorm',
} as const;

/** The prefix of a layer's parameters, without the dot. */
export const layerName = (layer: number): string => `encoder.layer.${layer}`;

/** Buffers that some versions save next to the weights; they can be recomputed. */
const BUFFERS = new Set(['embeddings.position_ids', 'embeddings.token_type_ids']);

/**
 * The canonical name of a tensor in a Hugging Face or PyTorch file: without the prefixes of wrappers (`module.`) and of the
 * model type (`bert.`), and with `weight` and `bias` for TensorFlow's `gamma` and `beta`; null for a buffer.
 */
export function canonicalWithout(prefix: string): ParameterScheme['canonical'] {
  const wrappers = new RegExp(`^(?:module\\.|_orig_mod\\.|${prefix}\\.)+`);
  return (name) => {
    const bare = name
      .replace(wrappers, '')
      .replace(/\.gamma$/, '.weight')
      .replace(/\.beta$/, '.bias');
    return BUFFERS.has(bare) ? null : bare;
  };
}

/** Optimizer slots and counters in a training checkpoint. */
const SLOT =
  /(?:^|\/)(?:adam_[mv]|AdamWeightDecayOptimizer\w*|LAMB\w*|Adam(?:_\d+)?|Momentum|ExponentialMovingAverage)(?:\/|$)/;
const COUNTER = /^(?:global_step|beta[12]_power|good_steps|loss_scale|current_loss_scale)$/;

const RENAMED: Readonly<Record<string, string>> = {
  'cls/predictions/output_bias': 'cls.predictions.bias',
  'cls/seq_relationship/output_weights': 'cls.seq_relationship.weight',
  'cls/seq_relationship/output_bias': 'cls.seq_relationship.bias',
  output_weights: 'classifier.weight',
  output_bias: 'classifier.bias',
};

/**
 * The canonical name of a variable of Google's BERT in TensorFlow 1, and whether it must be transposed (kernels are
 * `[in, out]` there); null for optimizer slots and counters.
 */
export function canonicalTensorflowName(name: string): { name: string; transposed: boolean } | null {
  if (SLOT.test(name) || COUNTER.test(name)) return null;
  const renamed = Object.hasOwn(RENAMED, name) ? RENAMED[name] : undefined;
  if (renamed) return { name: renamed, transposed: false };
  const transposed = name.endsWith('/kernel');
  const bare = name
    .replace(/^bert\//, '')
    .replace(/(^|\/)layer_(\d+)(?=\/)/, '$1layer/$2')
    .replace(/\/kernel$/, '/weight')
    .replace(/\/gamma$/, '/weight')
    .replace(/\/beta$/, '/bias')
    .replace(/^(embeddings\/\w+_embeddings)$/, '$1/weight');
  return { name: bare.replaceAll('/', '.'), transposed };
}

/** The parts of a model besides its heads. */
const MODEL = /^(?:embeddings|embeddings_project|encoder|pooler)\./;

/** As `transformers` saves a parameter: models with a head have the prefix of the model type, such as `bert.`. */
export const savedWith =
  (prefix: string, encoderClass: string): ParameterScheme['saved'] =>
  (name, transformersClass) =>
    transformersClass && transformersClass !== encoderClass && MODEL.test(name) ? `${prefix}.${name}` : name;
