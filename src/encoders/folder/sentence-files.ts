import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { explainFileError } from '../../ground/files.ts';
import { readModules } from './sentence.ts';

const SETTINGS = ['modules.json', 'sentence_bert_config.json', 'config_sentence_transformers.json'];

/**
 * The files by which `sentence-transformers` makes vectors with an encoder, as they are: they go along where the folder is
 * converted, fine-tuned or exported. Empty for a folder without `modules.json`.
 */
export async function sentenceFiles(folder: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const modules = (await readModules(folder)) ?? [];
  if (modules.length === 0) return new Map();
  const names = SETTINGS.filter((name) => existsSync(join(folder, name)));
  for (const { path } of modules) {
    if (path === '' || !existsSync(join(folder, path))) continue;
    const entries = await readdir(join(folder, path), { withFileTypes: true });
    names.push(...entries.filter((entry) => entry.isFile()).map(({ name }) => join(path, name)));
  }
  const files = new Map<string, Buffer>();
  for (const name of names) {
    const file = join(folder, name);
    files.set(
      name,
      await readFile(file).catch((error) => {
        throw explainFileError(error, file);
      }),
    );
  }
  return files;
}
