import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Tokenizer, TokenizerOptions } from '../encoders/tokenizers/tokenizer.ts';

/** The vocabulary that is named, else one in or beside the data directory; undefined where there is none. */
export const findVocabulary = (named: string | boolean | undefined, dataDir: string): string | undefined =>
  typeof named === 'string'
    ? named
    : [join(dataDir, 'vocab.txt'), join(dataDir, '..', 'vocab.txt')].find((file) => existsSync(file));

/** A tokenizer over a `vocab.txt`. Throws a UserError where it cannot be read. */
export async function openTokenizer(
  file: string,
  choices: Partial<TokenizerOptions> = {},
): Promise<Tokenizer> {
  const { createTokenizer } = await import('../encoders/tokenizers/tokenizer.ts');
  const { readVocabulary } = await import('../encoders/tokenizers/vocabulary.ts');
  return createTokenizer(await readVocabulary(file), choices);
}
