import { dirname } from 'node:path';
import { UserError } from '../../ground/errors.ts';
import { loadTokenizer } from '../tokenizers/load.ts';
import type { TokenizerOptions } from '../tokenizers/tokenizer.ts';
import { readWeights, type Weights } from '../weights/read.ts';
import { findFolder } from './find.ts';
import type { Model } from './save.ts';

/**
 * Loads a BERT with its tokenizer from a folder with weights in any format that `readWeights` knows,
 * `config.json` or `bert_config.json`, and `tokenizer.json` or `vocab.txt`; or by a name that `findFolder` knows.
 * Throws a UserError.
 */
export async function loadFolder(
  path: string,
  tokenizerChoices: Partial<TokenizerOptions> = {},
): Promise<Model & Pick<Weights, 'format' | 'file'>> {
  const { config, tensors, format, file } = await readWeights(findFolder(path));
  const folder = dirname(file);
  const tokenizer = await loadTokenizer(folder, tokenizerChoices);
  const tokens = tokenizer.vocabulary.tokens.length;
  if (tokens > config.vocabSize) {
    throw new UserError(
      'vocab-mismatch',
      `The vocabulary has ${tokens} tokens, the model knows ${config.vocabSize}`,
      {
        file: folder,
        hint: 'Put the vocabulary that the model was trained with beside it.',
      },
    );
  }
  return { config, tensors, tokenizer, format, file };
}
