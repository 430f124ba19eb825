import { existsSync } from 'node:fs';
import { join, normalize, sep } from 'node:path';
import * as z from 'zod';
import type { Text } from '../../ground/language.ts';
import { POOLINGS, type Pooling } from '../inference/parameters.ts';
import { type Dense, readDense } from './sentence-dense.ts';
import { readJson, unsupported } from './sentence-json.ts';

/** The steps after pooling, in order. */
export type SentenceStep = { readonly kind: 'normalize' } | ({ readonly kind: 'dense' } & Dense);

/** How an encoder computes vectors of texts, according to a folder of `sentence-transformers`. */
export interface SentenceSettings {
  /** Their results are concatenated. */
  readonly pooling: readonly Pooling[];
  /** Whether tokens of the prompt are pooled with those of the text. */
  readonly includePrompt: boolean;
  readonly steps: readonly SentenceStep[];
  /** Prefixes for the texts to embed, by name. */
  readonly prompts: Readonly<Record<string, string>>;
  /** Name of the default prompt. */
  readonly defaultPrompt?: string;
  /** Tokens, special ones included, after which a text is cut off. */
  readonly maxLength?: number;
  /** Whether texts are lowercased regardless of the tokenizer. */
  readonly lowercase: boolean;
}

const MODULES = 'modules.json';
const TRANSFORMER = 'sentence_bert_config.json';
const PROMPTS = 'config_sentence_transformers.json';
const TOKENIZER = 'tokenizer_config.json';

const modulesJson = z.array(
  z.object({ name: z.string().optional(), path: z.string(), type: z.string().min(1) }),
);
/** Fields of the transformer that other versions write and that change nothing where they are as here. */
const transformerJson = z.looseObject({
  max_seq_length: z.int().min(3).nullish(),
  do_lower_case: z.boolean().nullish(),
  transformer_task: z.string().nullish(),
  module_output_name: z.string().nullish(),
});
const USUAL: Readonly<Record<string, unknown>> = {
  transformer_task: 'feature-extraction',
  module_output_name: 'token_embeddings',
};
const TRANSFORMER_FIELDS = ['max_seq_length', 'do_lower_case', 'modality_config', 'unpad_inputs'];
const promptsJson = z.looseObject({
  prompts: z.record(z.string(), z.string().nullable()).nullish(),
  default_prompt_name: z.string().nullish(),
  truncate_dim: z.int().nullish(),
});
const poolingJson = z.looseObject({
  pooling_mode: z.union([z.string(), z.array(z.string()).min(1)]).nullish(),
  include_prompt: z.boolean().nullish(),
});
const POOLING_FIELDS = ['pooling_mode', 'include_prompt', 'word_embedding_dimension', 'embedding_dimension'];
/** Flags of earlier versions, in the order in which results are concatenated. */
const FLAGS: Readonly<Record<string, Pooling>> = {
  pooling_mode_cls_token: 'cls',
  pooling_mode_max_tokens: 'max',
  pooling_mode_mean_tokens: 'mean',
  pooling_mode_mean_sqrt_len_tokens: 'mean_sqrt_len_tokens',
  pooling_mode_weightedmean_tokens: 'weightedmean',
  pooling_mode_lasttoken: 'lasttoken',
};
const normalizeJson = z.looseObject({
  module_input_name: z.literal('sentence_embedding').nullish(),
  module_output_name: z.literal('sentence_embedding').nullish(),
});

/** One of the modules that a folder lists. */
export interface SentenceModule {
  /** `Transformer`, `Pooling`… */
  readonly type: string;
  /** Its subfolder; empty for the encoder in the folder itself. */
  readonly path: string;
}

/** The modules of a folder of `sentence-transformers`; undefined for any other. Throws a UserError for a damaged list. */
export async function readModules(folder: string): Promise<SentenceModule[] | undefined> {
  const file = join(folder, MODULES);
  if (!existsSync(file)) return undefined;
  const modules = await readJson(file, modulesJson);
  return modules.map(({ type, path }) => {
    const inside = normalize(path || '.');
    if (inside.startsWith('..') || inside.startsWith(sep))
      throw unsupported(file, 'path', { en: `${path} is not inside the folder`, zh: `${path} 不在目录内` });
    return { type: type.startsWith('sentence_transformers.') ? type.split('.').at(-1)! : type, path };
  });
}

/**
 * What the files of `sentence-transformers` say: `modules.json` with the pooling, dense and normalising modules that it
 * lists, `sentence_bert_config.json` and `config_sentence_transformers.json`. Undefined for a folder without
 * `modules.json`. Throws a UserError `sentence-unsupported` that names what the file has beyond that.
 */
export async function readSentence(
  folder: string,
  hiddenSize: number,
): Promise<SentenceSettings | undefined> {
  const modules = await readModules(folder);
  if (!modules) return undefined;
  const file = join(folder, MODULES);
  const [first, second, ...rest] = modules;
  if (first?.type !== 'Transformer' || first.path !== '') throw unsupported(file, '0', described(first));
  if (second?.type !== 'Pooling') throw unsupported(file, '1', described(second));
  const pooling = await readPooling(join(folder, second.path, 'config.json'));
  let size = pooling.pooling.length * hiddenSize;
  const steps: SentenceStep[] = [];
  for (const [place, module] of rest.entries()) {
    const config = join(folder, module.path, 'config.json');
    if (module.type === 'Normalize') {
      if (existsSync(config)) await readJson(config, normalizeJson);
      steps.push({ kind: 'normalize' });
    } else if (module.type === 'Dense') {
      const dense = await readDense(join(folder, module.path), size);
      steps.push({ kind: 'dense', ...dense });
      size = dense.weight.shape[0];
    } else throw unsupported(file, String(place + 2), described(module));
  }
  return { ...pooling, steps, ...(await readTransformer(folder)), ...(await readPrompts(folder)) };
}

async function readPooling(file: string): Promise<Pick<SentenceSettings, 'pooling' | 'includePrompt'>> {
  const json = await readJson(file, poolingJson);
  const given = json.pooling_mode ?? undefined;
  const flags = Object.keys(FLAGS).filter((flag) => json[flag] === true);
  const legacy = flags.length > 0 ? flags.map((flag) => FLAGS[flag]) : ['mean'];
  const names = given === undefined ? legacy : [given].flat();
  refuseOthers(json, [...POOLING_FIELDS, ...Object.keys(FLAGS)], file);
  const pooling = names.map((name) => {
    const known = POOLINGS.find((one) => one === name && one !== 'text_mean');
    if (known) return known;
    throw unsupported(file, 'pooling_mode', { en: `the pooling ${name}`, zh: `池化方式 ${name}` });
  });
  return { pooling, includePrompt: json.include_prompt ?? true };
}

async function readTransformer(folder: string): Promise<Pick<SentenceSettings, 'maxLength' | 'lowercase'>> {
  const file = join(folder, TRANSFORMER);
  const json = existsSync(file) ? await readJson(file, transformerJson) : {};
  for (const [field, usual] of Object.entries(USUAL)) {
    const value = json[field] ?? usual;
    if (value !== usual) throw unsupported(file, field, { en: String(value), zh: String(value) });
  }
  refuseOthers(json, [...TRANSFORMER_FIELDS, ...Object.keys(USUAL)], file);
  const own = json.max_seq_length ?? (await tokenizerLength(folder));
  return { ...(own !== undefined && { maxLength: own }), lowercase: json.do_lower_case ?? false };
}

/** The default maximum length of a tokenizer; some write an absurdly large number for no limit. */
async function tokenizerLength(folder: string): Promise<number | undefined> {
  const file = join(folder, TOKENIZER);
  if (!existsSync(file)) return undefined;
  const { model_max_length: length } = await readJson(
    file,
    z.looseObject({ model_max_length: z.number().nullish() }),
  );
  return length !== null && length !== undefined && Number.isSafeInteger(length) ? length : undefined;
}

async function readPrompts(folder: string): Promise<Pick<SentenceSettings, 'prompts' | 'defaultPrompt'>> {
  const file = join(folder, PROMPTS);
  if (!existsSync(file)) return { prompts: {} };
  const json = await readJson(file, promptsJson);
  if (json.truncate_dim) throw unsupported(file, 'truncate_dim', { en: 'truncated vectors', zh: '截断向量' });
  const prompts = Object.fromEntries(
    Object.entries(json.prompts ?? {}).filter((entry): entry is [string, string] => entry[1] !== null),
  );
  const name = json.default_prompt_name ?? undefined;
  if (name !== undefined && prompts[name] === undefined)
    throw unsupported(file, 'default_prompt_name', { en: `no prompt ${name}`, zh: `没有提示 ${name}` });
  return { prompts, ...(name !== undefined && { defaultPrompt: name }) };
}

/** Throws a UserError for a field that is set and not one of these. */
function refuseOthers(json: Readonly<Record<string, unknown>>, known: readonly string[], file: string): void {
  for (const [field, value] of Object.entries(json)) {
    if (known.includes(field) || value === null || value === false) continue;
    if (typeof value === 'object' && Object.keys(value).length === 0) continue;
    const shown = JSON.stringify(value);
    throw unsupported(file, field, { en: `${field} = ${shown}`, zh: `${field} = ${shown}` });
  }
}

const described = (module: SentenceModule | undefined): Text =>
  module
    ? { en: `the module ${module.type} here`, zh: `此处的模块 ${module.type}` }
    : { en: 'a list that ends here', zh: '列表在此结束' };
