import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Place, UserError } from '../../ground/errors.ts';
import { explainFileError } from '../../ground/files.ts';
import { listed } from '../../ground/language.ts';
import { parseJson } from '../json.ts';
import type { Architecture, EncoderConfig } from './architecture.ts';
import { bert } from './bert/architecture.ts';
import { distilbert } from './distilbert/architecture.ts';
import { electra } from './electra/architecture.ts';
import { ernie } from './ernie/architecture.ts';
import { modernBert } from './modernbert/architecture.ts';
import { roformer } from './roformer/architecture.ts';
import { camembert, roberta, xlmRoberta } from './xlm-roberta/architecture.ts';

/** Every architecture: one line each. */
// biome-ignore format: one line each
const ARCHITECTURES: readonly Architecture[] = [
  bert,
  camembert,
  distilbert,
  electra,
  ernie,
  modernBert,
  roberta,
  roformer,
  xlmRoberta,
];

/** The architecture of new models, and of configurations without a `model_type` (Google's `bert_config.json`). */
export const defaultArchitecture: Architecture = bert;

const find = (modelType: string): Architecture | undefined =>
  ARCHITECTURES.find((architecture) => architecture.modelType === modelType);

/** The architecture of a configuration. */
export function architectureOf({ modelType }: Pick<EncoderConfig, 'modelType'>): Architecture {
  const found = find(modelType);
  if (!found) throw new Error(`No architecture ${modelType}`);
  return found;
}

/** File names of a configuration: Hugging Face's and Google's. */
export const CONFIG_NAMES = ['config.json', 'bert_config.json'] as const;

/** Reads the `config.json` or `bert_config.json` of a folder, or the file itself. Throws a UserError. */
export async function readConfig(path: string): Promise<EncoderConfig> {
  const file = path.endsWith('.json')
    ? path
    : CONFIG_NAMES.map((name) => join(path, name)).find((candidate) => existsSync(candidate));
  if (!file) {
    throw new UserError(
      'config-missing',
      { en: 'The folder has no config.json', zh: '目录中没有 config.json' },
      {
        file: path,
        hint: {
          en: 'Add the config.json (or bert_config.json) that belongs to the weights.',
          zh: '请放入与权重对应的 config.json（或 bert_config.json）。',
        },
      },
    );
  }
  try {
    return parseConfig(await readFile(file, 'utf8'), file);
  } catch (error) {
    throw explainFileError(error, file);
  }
}

/** The configuration in the text of a `config.json`. Throws a UserError that names the file and the field. */
export function parseConfig(text: string, file?: string): EncoderConfig {
  const json: { readonly model_type?: unknown } = parseJson(text, file);
  const { model_type: modelType = defaultArchitecture.modelType } = json;
  const architecture = typeof modelType === 'string' ? find(modelType) : undefined;
  if (architecture) return architecture.config.parse(json, file);
  throw unknownArchitecture(modelType, { file, field: 'model_type' });
}

/** The architecture of this `model_type`. Throws a UserError (`unknown-architecture`) that lists all. */
export function findArchitecture(modelType: string): Architecture {
  const found = find(modelType);
  if (!found) throw unknownArchitecture(modelType, {});
  return found;
}

function unknownArchitecture(modelType: unknown, place: Place): UserError {
  const known = listed(ARCHITECTURES.map((one) => one.modelType));
  return new UserError(
    'unknown-architecture',
    {
      en: `The model type ${JSON.stringify(modelType)} is not supported`,
      zh: `不支持模型类型 ${JSON.stringify(modelType)}`,
    },
    {
      ...place,
      hint: {
        en: `Supported: ${known.en}. BERT-wwm, RoBERTa-wwm (Chinese), MC-BERT and others with model_type bert can be read.`,
        zh: `支持：${known.zh}。model_type 为 bert 的 BERT-wwm、中文 RoBERTa-wwm、MC-BERT 等均可读取。`,
      },
    },
  );
}

/** The content of the `config.json` of a model whose weights have this type. */
export const configJson = (config: EncoderConfig, torchDtype: 'float32' | 'float16' = 'float32'): object =>
  architectureOf(config).config.write(config, torchDtype);
