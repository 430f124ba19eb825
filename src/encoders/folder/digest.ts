import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { explainFileError } from '../../ground/files.ts';
import { findFolder } from './find.ts';
import { sentenceFiles } from './sentence-files.ts';

/** The files that determine a pretrained BERT: its configuration, its vocabulary, its weights in any format. */
const DECIDES =
  /^(config\.json|bert_config\.json|vocab\.txt|tokenizer\.json|tokenizer_config\.json|.*\.(safetensors|bin|ckpt.*|index\.json|model))$/;

/** SHA-256 over the names and contents of the files that decide how a BERT begins, of a folder or a named model. */
export async function digestFolder(path: string): Promise<string> {
  const folder = findFolder(path);
  const names = await readdir(folder).catch((error) => {
    throw explainFileError(error, folder);
  });
  const hash = createHash('sha256');
  for (const name of names.filter((one) => DECIDES.test(one)).sort()) {
    hash.update(`${name}\0`);
    for await (const chunk of createReadStream(join(folder, name))) hash.update(chunk);
  }
  return hash.digest('hex');
}

/** The same, and the files of `sentence-transformers`: what decides the vectors of texts. */
export async function digestTextEncoder(path: string): Promise<string> {
  const hash = createHash('sha256').update(await digestFolder(path));
  for (const [name, content] of [...(await sentenceFiles(findFolder(path)))].sort(([a], [b]) =>
    a < b ? -1 : 1,
  )) {
    hash.update(`${name}\0`);
    hash.update(createHash('sha256').update(content).digest());
  }
  return hash.digest('hex');
}
