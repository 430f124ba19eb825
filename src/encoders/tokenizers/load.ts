import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../ground/errors.ts';
import { explainFileError } from '../../ground/files.ts';
import { parseJson } from '../json.ts';
import { type CompanionSettings, readCompanionSettings } from './companion-files.ts';
import { createPipeline } from './pipeline/pipeline.ts';
import { readSettings } from './pipeline/settings.ts';
import { PIECES_FILES, readSentencePiece } from './sentencepiece.ts';
import { createTokenizer, type Tokenizer, type TokenizerOptions } from './tokenizer.ts';
import { readWordPieceJson } from './tokenizer_json.ts';
import { readVocabulary, type Vocabulary } from './vocabulary.ts';

/**
 * The tokenizer of a model: from a `tokenizer.json`, a `vocab.txt`, an XLM-RoBERTa's SentencePiece model, or a folder with
 * one of them (the first in this order, as `transformers` does). With a `vocab.txt`, `do_lower_case`,
 * `strip_accents` and `tokenize_chinese_chars` come from `tokenizer_config.json`; everything else in the files of a folder must
 * agree. `choices` override the files. Throws a UserError.
 *
 * @example
 * ```ts
 * import { findFolder, loadTokenizer } from 'chineseblue/encoders';
 *
 * const tokenizer = await loadTokenizer(findFolder('cbert-tiny'));
 * const { ids } = tokenizer.tokenize('头很痛');
 * Array.from(ids, (id) => tokenizer.vocabulary.tokens[id]); // ['头', '很', '痛']
 * ```
 */
export async function loadTokenizer(
  path: string,
  choices: Partial<TokenizerOptions> = {},
): Promise<Tokenizer> {
  const file = findTokenizer(path);
  // a tokenizer.json given alone is complete, as for `tokenizers`; a vocab.txt never is
  const isPart = file !== path || basename(file) === 'vocab.txt';
  if (file.endsWith('.model')) {
    const json = await readSentencePiece(file);
    return loadPipeline({ text: JSON.stringify(json), json, file, folder: dirname(file) }, choices);
  }
  const text = file.endsWith('.json') ? await readText(file) : undefined;
  const json = text === undefined ? undefined : parseJson(text, file);
  if (text !== undefined && json && !isWordPiece(json))
    return loadPipeline({ text, json, file, folder: isPart ? dirname(file) : undefined }, choices);
  const companions = isPart ? await readCompanionSettings(dirname(file)) : undefined;
  const { vocabulary, custom, ...described } = json
    ? readWordPieceJson(json, file)
    : { options: companions?.options, ...withAdded(await readVocabulary(file), companions) };
  const options = { ...described.options, jiebaWords: companions?.jiebaWords };
  const tokenizer = createTokenizer(vocabulary, options, custom);
  companions?.check(tokenizer, file);
  return Object.keys(choices).length > 0
    ? createTokenizer(vocabulary, { ...options, ...choices }, custom)
    : tokenizer;
}

const withAdded = (
  vocabulary: Vocabulary,
  companions: CompanionSettings | undefined,
): ReturnType<CompanionSettings['extend']> => companions?.extend(vocabulary) ?? { vocabulary };

/** Whether a `tokenizer.json` describes BERT's tokenizer, also where it does not name its model. */
function isWordPiece(json: object): boolean {
  const model = 'model' in json ? json.model : undefined;
  const type = typeof model === 'object' && model !== null && 'type' in model ? model.type : undefined;
  return type !== 'Unigram' && type !== 'BPE';
}

/** A tokenizer that its `tokenizer.json` describes, of whose options only one can be chosen. */
async function loadPipeline(
  { text, json, file, folder }: { text: string; json: object; file: string; folder: string | undefined },
  { specialTokensInText, ...others }: Partial<TokenizerOptions>,
): Promise<Tokenizer> {
  const [option] = Object.entries(others).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (option !== undefined) throw notWordPiece(file, option);
  const settings = await readSettings(folder, text);
  const tokenizer = createPipeline(json, settings, file);
  settings.check(tokenizer.vocabulary.tokens);
  return specialTokensInText === undefined ? tokenizer : tokenizer.reading(specialTokensInText);
}

const notWordPiece = (file: string, option: string): UserError =>
  new UserError(
    'tokenizer-choice',
    { en: `${option} can only be chosen for WordPiece`, zh: `仅 WordPiece 分词器可设置 ${option}` },
    {
      file,
      hint: {
        en: 'This tokenizer is described by its tokenizer.json alone.',
        zh: '该分词器完全由 tokenizer.json 描述。',
      },
    },
  );

function findTokenizer(path: string): string {
  if (!existsSync(path))
    throw new UserError('file-missing', { en: 'No such file', zh: '文件不存在' }, { file: path });
  if (!statSync(path).isDirectory()) return path;
  const found = ['tokenizer.json', 'vocab.txt', ...PIECES_FILES]
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
