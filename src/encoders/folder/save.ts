import { rm } from 'node:fs/promises';
import { isAbsolute, join, normalize, sep } from 'node:path';
import { UserError } from '../../ground/errors.ts';
import { explainFileError, writeAtomic, writeJson } from '../../ground/files.ts';
import type { EncoderConfig } from '../architectures/architecture.ts';
import { architectureOf, configJson } from '../architectures/registry.ts';
import type { Tokenizer, WordPieceTokenizer } from '../tokenizers/tokenizer.ts';
import { toTokenizerJson } from '../tokenizers/tokenizer_json.ts';
import type { Tensor } from '../weights/read.ts';
import { type Precision, safetensorsFile } from '../weights/safetensors_write.ts';

/** Configuration, weights and tokenizer of an encoder. */
export interface Model {
  readonly config: EncoderConfig;
  /** By canonical name: see `ParameterScheme`. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly tokenizer: Tokenizer;
}

/** Further files by their path in the folder, e.g. `onnx/model.onnx`. */
export type ExtraFiles = ReadonlyMap<string, Parameters<typeof writeAtomic>[1]>;

/**
 * Writes a folder that `transformers` loads directly: `config.json` (with `id2label`), `model.safetensors`,
 * the files of the tokenizer (`tokenizer.json`, `tokenizer_config.json`; of WordPiece also `vocab.txt`) and the extra files. Each is written
 * atomically; an old `config.json` is removed first and the new one written last, so that a folder that has one is
 * complete. Returns the names of all files. Throws a UserError if a number does not fit the precision.
 *
 * @example
 * ```ts
 * import { loadFolder, saveFolder } from 'chineseblue/encoders';
 *
 * const model = await loadFolder('cbert-tiny');
 * const files = await saveFolder('half', model, new Map(), 'fp16');
 * files.includes('model.safetensors'); // true
 * (await loadFolder('half')).config.hiddenSize; // 256
 * ```
 */
export async function saveFolder(
  folder: string,
  model: Model,
  extraFiles: ExtraFiles = new Map(),
  precision: Precision = 'fp32',
): Promise<string[]> {
  const { config } = model;
  const extras = [...extraFiles].map(([name, content]) => [inside(folder, name), content] as const);
  const files = tokenizerFiles(model);
  const configFile = join(folder, 'config.json');
  try {
    await rm(configFile, { force: true });
  } catch (error) {
    throw explainFileError(error, configFile);
  }
  for (const [name, content] of files) {
    if (typeof content === 'string') await writeAtomic(join(folder, name), content);
    else await writeJson(join(folder, name), content);
  }
  const stored = safetensorsFile(named(model), precision);
  await writeAtomic(join(folder, 'model.safetensors'), stored);
  for (const [file, content] of extras) await writeAtomic(file, content);
  await writeJson(configFile, configJson(config, precision === 'fp16' ? 'float16' : 'float32'));
  return [...['config.json', 'model.safetensors', ...files.keys()].sort(), ...extraFiles.keys()];
}

/** The files of the tokenizer, by name. Throws a UserError if a token cannot be written. */
function tokenizerFiles({ config, tokenizer }: Model): ReadonlyMap<string, string | object> {
  const { vocabulary } = tokenizer;
  const roles = Object.fromEntries(
    Object.entries(vocabulary.special).map(([role, token]) => [`${role}_token`, token]),
  );
  const shared = { model_max_length: config.maxPositions, ...roles };
  if (!tokenizer.options) {
    const settings = { tokenizer_class: 'PreTrainedTokenizerFast', ...shared };
    return new Map<string, string | object>([['tokenizer_config.json', settings], ...tokenizer.files]);
  }
  const { options, custom } = tokenizer;
  const unwritable = vocabulary.tokens.find((token) => /[\r\n]/.test(token));
  if (unwritable !== undefined) {
    const token = JSON.stringify(unwritable);
    throw new UserError('vocab-line-break', {
      en: `The token ${token} contains a line break and cannot be written to vocab.txt`,
      zh: `词元 ${token} 含换行符，无法写入 vocab.txt`,
    });
  }
  return new Map<string, string | object>([
    ['vocab.txt', `${ownTokens(tokenizer).join('\n')}\n`],
    // jieba's words cannot be written there
    ...(options.jiebaWords ? [] : [['tokenizer.json', toTokenizerJson(tokenizer)] as const]),
    ['special_tokens_map.json', roles],
    [
      'tokenizer_config.json',
      {
        tokenizer_class: options.jiebaWords ? 'RoFormerTokenizer' : 'BertTokenizer',
        do_lower_case: options.lowercase,
        strip_accents: options.stripAccents,
        tokenize_chinese_chars: options.tokenizeChineseChars,
        // a BERT tokenizer returns token types unless its configuration says that the model has none
        ...(architectureOf(config).graph.types === undefined && {
          model_input_names: ['input_ids', 'attention_mask'],
        }),
        ...(custom && {
          added_tokens_decoder: Object.fromEntries(custom.tokens.map(({ id, ...token }) => [id, token])),
        }),
        ...shared,
      },
    ],
  ]);
}

/** The tokens of the model itself, by id: those that are added come after them. */
function ownTokens({ vocabulary: { tokens }, custom }: WordPieceTokenizer): readonly string[] {
  return custom ? tokens.slice(0, tokens.length - custom.beyond.size) : tokens;
}

/** Under the names that `transformers` saves. */
function named({ config, tensors }: Model): ReadonlyMap<string, Tensor> {
  const { saved, constants } = architectureOf(config).parameters;
  const all = [...tensors, ...(constants?.(config) ?? [])];
  return new Map(all.map(([name, tensor]) => [saved(name, config.transformersClass), tensor]));
}

function inside(folder: string, name: string): string {
  const path = normalize(name);
  if (!isAbsolute(path) && path !== '..' && !path.startsWith(`..${sep}`)) return join(folder, path);
  throw new Error(`${name} is not inside the folder`);
}
