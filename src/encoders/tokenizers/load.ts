import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as z from 'zod';
import { UserError } from '../../ground/errors.ts';
import { explainFileError } from '../../ground/files.ts';
import { createTokenizer, type Tokenizer, type TokenizerOptions } from './tokenizer.ts';
import { parseTokenizerJson } from './tokenizer_json.ts';
import { readVocabulary } from './vocabulary.ts';

const tokenizerConfig = z.object({
  do_lower_case: z.boolean().optional(),
  strip_accents: z.boolean().nullish(),
  tokenize_chinese_chars: z.boolean().optional(),
});

/**
 * The tokenizer of a model: from a `tokenizer.json`, a `vocab.txt`, or a folder with either (the former first,
 * as `transformers` does). Beside a `vocab.txt`, `tokenizer_config.json` gives `do_lower_case`,
 * `strip_accents` and `tokenize_chinese_chars`. `choices` come before what the files say. Throws a UserError.
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
  if (file.endsWith('.json')) {
    const { vocabulary, options } = parseTokenizerJson(await readText(file), file);
    return createTokenizer(vocabulary, { ...options, ...choices });
  }
  const vocabulary = await readVocabulary(file);
  const beside = join(file, '..', 'tokenizer_config.json');
  const options = basename(file) === 'vocab.txt' && existsSync(beside) ? await readConfig(beside) : {};
  return createTokenizer(vocabulary, { ...options, ...choices });
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

async function readConfig(file: string): Promise<Partial<TokenizerOptions>> {
  let value: unknown;
  try {
    value = JSON.parse(await readText(file));
  } catch (error) {
    if (error instanceof SyntaxError) {
      const why = error.message;
      throw new UserError('not-json', { en: `Not JSON: ${why}`, zh: `不是有效的 JSON：${why}` }, { file });
    }
    throw error;
  }
  const result = tokenizerConfig.safeParse(value);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new UserError('tokenizer-config', issue.message, { file, field: issue.path.join('.') });
  }
  const { do_lower_case, strip_accents, tokenize_chinese_chars } = result.data;
  return {
    lowercase: do_lower_case,
    stripAccents: strip_accents ?? undefined,
    tokenizeChineseChars: tokenize_chinese_chars,
  };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw explainFileError(error, file);
  }
}
