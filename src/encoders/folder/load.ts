import { dirname } from 'node:path';
import { counted } from '../../ground/counted.ts';
import { UserError } from '../../ground/errors.ts';
import type { EncoderConfig } from '../architectures/architecture.ts';
import { loadTokenizer } from '../tokenizers/load.ts';
import type { Tokenizer, TokenizerOptions } from '../tokenizers/tokenizer.ts';
import { readWeights, type Weights } from '../weights/read.ts';
import { findFolder } from './find.ts';
import { verifyFolder } from './manifest.ts';
import type { Model } from './save.ts';

/** A model as it was found: with the format and the file of its weights. */
export interface LoadedFolder extends Model, Pick<Weights, 'format' | 'file'> {}

/**
 * Loads a model with its tokenizer from a folder with weights (safetensors, PyTorch or TensorFlow 1),
 * `config.json` or `bert_config.json`, and `tokenizer.json` or `vocab.txt`; or by a name that `findFolder` finds.
 * A fine-tuned folder is verified against its manifest. Throws a UserError.
 *
 * @example
 * ```ts
 * import { loadFolder } from 'chineseblue/encoders';
 *
 * const { config, tokenizer, tensors } = await loadFolder('cbert-tiny');
 * config.hiddenSize; // 256
 * console.log(tokenizer.encode('头痛').ids, [...tensors.keys()]);
 * ```
 */
export async function loadFolder(
  path: string,
  tokenizerChoices: Partial<TokenizerOptions> = {},
): Promise<LoadedFolder> {
  const place = findFolder(path);
  await verifyFolder(place);
  const { config, tensors, format, file } = await readWeights(place);
  const folder = dirname(file);
  const tokenizer = await loadTokenizer(folder, tokenizerChoices);
  checkVocabulary(config, tokenizer, folder);
  return { config, tensors, tokenizer, format, file };
}

/** Throws a UserError (`vocab-mismatch`) if a vocabulary has tokens without an embedding. */
export function checkVocabulary(config: EncoderConfig, { vocabulary }: Tokenizer, folder: string): void {
  const tokens = vocabulary.tokens.length;
  if (tokens > config.vocabSize) {
    throw new UserError(
      'vocab-mismatch',
      {
        en: `The vocabulary has ${counted(tokens, 'token')}, but the model only ${counted(config.vocabSize, 'embedding')}`,
        zh: `词表有 ${tokens} 个词元，而模型只有 ${config.vocabSize} 个词嵌入`,
      },
      {
        file: folder,
        hint: {
          en: 'Use the vocabulary that the model was trained with.',
          zh: '请使用该模型训练时的词表。',
        },
      },
    );
  }
}
