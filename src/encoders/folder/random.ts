import type { Sizes } from '../architectures/architecture.ts';
import { defaultArchitecture, findArchitecture } from '../architectures/registry.ts';
import type { Tokenizer } from '../tokenizers/tokenizer.ts';
import type { Model } from './save.ts';

/**
 * A model of random weights with this vocabulary; the same seed gives the same bits. Throws a UserError for sizes that do
 * not fit, and for an unknown model type (`unknown-architecture`).
 */
export function randomModel(
  tokenizer: Tokenizer,
  sizes: Sizes,
  seed: number,
  modelType: string = defaultArchitecture.modelType,
): Model {
  const { config, parameters, heads } = findArchitecture(modelType);
  const initial = config.initial(tokenizer.vocabulary, sizes, heads.encoderClass);
  return { config: { ...initial, untrained: true }, tensors: parameters.initial(initial, seed), tokenizer };
}
