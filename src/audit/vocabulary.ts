import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createTokenizer, type Tokenizer, type TokenizerOptions } from '../encoders/tokenizers/tokenizer.ts';
import { readVocabulary } from '../encoders/tokenizers/vocabulary.ts';

/**
 * A tokenizer over the `vocab.txt` that is named, else over one in or next to the data directory; undefined if there
 * is none. Throws a UserError if it cannot be read.
 */
export async function findTokenizer(
  named: string | undefined,
  dataDir: string,
  choices: Partial<TokenizerOptions> = {},
): Promise<Tokenizer | undefined> {
  const candidates = [join(dataDir, 'vocab.txt'), join(dataDir, '..', 'vocab.txt')];
  const file = named ?? candidates.find((path) => existsSync(path));
  return file === undefined ? undefined : createTokenizer(await readVocabulary(file), choices);
}
