import { choice, type GivenParameters, integer, list, type Parsed, text } from '../ground/parameters.ts';
import { DEVICES, DTYPES } from '../models/bert/parameters.ts';
import { parameters as llm } from '../models/llm/parameters.ts';
import type { ModelFile } from '../models/model-file.ts';

export const MODEL_FILE = {
  modelFile: text({
    placeholder: 'file',
    summary: {
      en: 'a module that defines models of your own; its code runs',
      zh: '定义自有模型的模块文件（其代码会被执行）',
    },
  }),
};

/** A kept model, named as for `loadKept`. */
export const KEPT_MODEL = {
  model: text({
    required: true,
    placeholder: 'kind:path',
    summary: {
      en: 'a model that `train` or `run --keep-model` kept',
      zh: '由 train 或 run --keep-model 保存的模型',
    },
  }),
};

export const PARAM = {
  param: list({ summary: { en: 'parameters of the model: name=value,…', zh: '模型参数：name=value,…' } }),
};

const { endpoint, keyEnv, profiles, prices, allowRemote } = llm;
const { retries, maxCalls, maxTotalTokens, maxCost } = llm;

/** How services are called: parameters of the kinds that call one, as separate flags. */
export const SERVICE = {
  ...{ endpoint, keyEnv, profiles, prices, allowRemote, retries, maxCalls, maxTotalTokens, maxCost },
};

/** The flags of `SERVICE` that differ from the default, as parameters. */
export function serviceOptions(options: Parsed<typeof SERVICE>): GivenParameters {
  const given = Object.entries(SERVICE).flatMap(([name, spec]): [string, string | number | boolean][] => {
    const value = Object.entries(options).find(([option]) => option === name)?.[1];
    return value === undefined || Array.isArray(value) || value === spec.default ? [] : [[name, value]];
  });
  return Object.fromEntries(given);
}

/** How a fitted model answers; a kind without these parameters refuses them. */
export const ANSWERING = {
  dtype: choice(DTYPES, {
    summary: { en: 'precision; int8 is faster and slightly less accurate', zh: '精度；int8 更快，精度略降' },
  }),
  device: choice(DEVICES, { summary: { en: 'where the model runs', zh: '运行设备' } }),
  threads: integer({
    min: 1,
    summary: { en: 'threads; every core if omitted', zh: '线程数，省略时为全部核心' },
  }),
};

/** The parameters that `--param` and the flags of `ANSWERING` give. */
export async function parameterOptions({
  param,
  dtype,
  device,
  threads,
}: Parsed<typeof PARAM & typeof ANSWERING>): Promise<GivenParameters> {
  const { parseAssignments } = await import('../evaluation/plans.ts');
  const flags = Object.entries({ dtype, device, threads }).filter(([, value]) => value !== undefined);
  return parseAssignments([...param, ...flags.map(([name, value]) => `${name}=${value}`)]);
}

/** Registers the models of `--model-file`. */
export async function modelFileOption({
  modelFile,
}: Parsed<typeof MODEL_FILE>): Promise<ModelFile | undefined> {
  if (modelFile === undefined) return undefined;
  return (await import('../models/model-file.ts')).loadModelFile(modelFile);
}
