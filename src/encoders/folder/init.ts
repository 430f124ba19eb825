import { readdir } from 'node:fs/promises';
import { UserError } from '../../ground/errors.ts';
import { explainFileError } from '../../ground/files.ts';
import type { Sizes } from '../architectures/architecture.ts';
import { loadTokenizer } from '../tokenizers/load.ts';
import { findFolder } from './find.ts';
import { randomModel } from './random.ts';
import { type Model, saveFolder } from './save.ts';

export interface InitOptions extends Sizes {
  /** A `vocab.txt` or `tokenizer.json`, a folder with one, or the name of a model. */
  readonly vocab: string;
  readonly seed: number;
  readonly out: string;
}

/**
 * Writes a folder with a model of random weights, for training from scratch and for experiments. The same seed gives the
 * same bytes. Throws a UserError where the folder is not empty.
 */
export async function initFolder(options: InitOptions): Promise<Model> {
  const { vocab, seed, out } = options;
  await refuseFull(out);
  const tokenizer = await loadTokenizer(findFolder(vocab));
  const model = randomModel(tokenizer, options, seed);
  await saveFolder(out, model);
  return model;
}

async function refuseFull(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw explainFileError(error, folder);
  });
  if (names.length === 0) return;
  throw new UserError(
    'folder-not-empty',
    { en: `The folder already contains ${names.length} files`, zh: `目录非空，已有 ${names.length} 个文件` },
    { file: folder, hint: { en: 'Choose a new folder.', zh: '请指定新目录。' } },
  );
}
