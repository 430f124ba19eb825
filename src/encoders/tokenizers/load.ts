import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../ground/errors.ts';
import { explainFileError } from '../../ground/files.ts';
import { readBeside } from './beside.ts';
import { createTokenizer, type Tokenizer, type TokenizerOptions } from './tokenizer.ts';
import { parseTokenizerJson } from './tokenizer_json.ts';
import { readVocabulary } from './vocabulary.ts';

/**
 * The tokenizer of a model: from a `tokenizer.json`, a `vocab.txt`, or a folder with either (the former first,
 * as `transformers` does). Beside a `vocab.txt`, `tokenizer_config.json` gives `do_lower_case`,
 * `strip_accents` and `tokenize_chinese_chars`; what else the files of a folder say must agree. `choices` come before
 * what the files say. Throws a UserError.
 *
 * @example
 * ```ts
 * import { findFolder, loadTokenizer } from 'chineseblue/encoders';
 *
 * const tokenizer = await loadTokenizer(findFolder('cbert-tiny'));
 * tokenizer.tokenize('患者头痛').ids.length; // 4
 * ```
 */
export async function loadTokenizer(
  path: string,
  choices: Partial<TokenizerOptions> = {},
): Promise<Tokenizer> {
  const file = findTokenizer(path);
  // a tokenizer.json that is given by itself is complete, as for `tokenizers`; a vocab.txt never is
  const isPart = file !== path || basename(file) === 'vocab.txt';
  const beside = isPart ? await readBeside(dirname(file)) : undefined;
  const { vocabulary, options } = file.endsWith('.json')
    ? parseTokenizerJson(await readText(file), file)
    : { vocabulary: await readVocabulary(file), options: beside?.options };
  const tokenizer = createTokenizer(vocabulary, options);
  beside?.check(tokenizer, file);
  return Object.keys(choices).length > 0
    ? createTokenizer(vocabulary, { ...options, ...choices })
    : tokenizer;
}

function findTokenizer(path: string): string {
  if (!existsSync(path))
    throw new UserError('file-missing', { en: 'No such file', zh: '文件不存在' }, { file: path });
  if (!statSync(path).isDirectory()) return path;
  const found = ['tokenizer.json', 'vocab.txt']
    .map((name) => join(path, name))
    .find((file) => existsSync(file));
  if (found) return found;
  throw new UserError(
    'tokenizer-missing',
    {
      en: 'The folder has neither tokenizer.json nor vocab.txt',
      zh: '目录中没有 tokenizer.json 或 vocab.txt',
    },
    { file: path, hint: { en: 'Add the vocab.txt of the model.', zh: '请放入模型的 vocab.txt。' } },
  );
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw explainFileError(error, file);
  }
}
