import { readdir } from 'node:fs/promises';
import { UserError } from '../../ground/errors.ts';
import { explainFileError } from '../../ground/files.ts';
import { initialConfig, initialTensors, type Sizes } from '../architectures/bert/initial.ts';
import { loadTokenizer } from '../tokenizers/load.ts';
import { findFolder } from './find.ts';
import { type Model, saveFolder } from './save.ts';

export interface InitOptions extends Sizes {
  /** A `vocab.txt` or `tokenizer.json`, a folder with one, or the name of a model. */
  readonly vocab: string;
  readonly seed: number;
  readonly out: string;
}

/**
 * Makes a folder with a BERT of random weights, for training from nothing and for trying things out.
 * The same seed gives the same bytes. Throws a UserError where the folder has files already.
 */
export async function initFolder(options: InitOptions): Promise<Model> {
  const { vocab, seed, out } = options;
  await refuseFull(out);
  const tokenizer = await loadTokenizer(findFolder(vocab));
  const config = { ...initialConfig(tokenizer.vocabulary, options, 'BertModel'), untrained: true };
  const model = { config, tensors: initialTensors(config, seed), tokenizer };
  await saveFolder(out, model);
  return model;
}

async function refuseFull(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw explainFileError(error, folder);
  });
  if (names.length === 0) return;
  throw new UserError('folder-not-empty', `The folder has ${names.length} files already`, {
    file: folder,
    hint: 'Choose a new folder.',
  });
}
