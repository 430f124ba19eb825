import type { Sizes } from '../architectures/architecture.ts';
import { defaultArchitecture } from '../architectures/registry.ts';
import type { Tokenizer } from '../tokenizers/tokenizer.ts';
import type { Model } from './save.ts';

/** A model of random weights with this vocabulary; the same seed gives the same bits. Throws a UserError for sizes that do not fit. */
export function randomModel(tokenizer: Tokenizer, sizes: Sizes, seed: number): Model {
  const { config, parameters, heads } = defaultArchitecture;
  const initial = config.initial(tokenizer.vocabulary, sizes, heads.encoderClass);
  return { config: { ...initial, untrained: true }, tensors: parameters.initial(initial, seed), tokenizer };
}
