import { makeWhole } from '../../ground/staging.ts';
import type { Sizes } from '../architectures/architecture.ts';
import { loadTokenizer } from '../tokenizers/load.ts';
import { requireDistinct } from '../tokenizers/vocabulary.ts';
import { findFolder } from './find.ts';
import { randomModel } from './random.ts';
import { type Model, saveFolder } from './save.ts';

export interface InitOptions extends Sizes {
  /** A `vocab.txt` or `tokenizer.json`, a folder with one, or the name of a model. */
  readonly vocab: string;
  /** `model_type` of the model; absent: `bert`. */
  readonly modelType?: string;
  readonly seed: number;
  readonly out: string;
}

/**
 * Writes a folder with a model of random weights, for training from scratch and for experiments. The same seed gives the
 * same bytes. Throws a UserError `already-exists` if the folder is not empty, `vocab-repeated`, and those of `randomModel`.
 */
export async function initFolder(options: InitOptions): Promise<Model> {
  const { vocab, seed, out, modelType } = options;
  return makeWhole(out, async (staging) => {
    const tokenizer = await loadTokenizer(findFolder(vocab));
    requireDistinct(tokenizer.vocabulary, vocab);
    const model = randomModel(tokenizer, options, seed, modelType);
    await saveFolder(staging, model);
    return model;
  });
}
