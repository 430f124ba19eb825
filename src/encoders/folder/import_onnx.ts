import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Identity, identifyFile } from '../../fetch/identity.ts';
import { UserError } from '../../ground/errors.ts';
import type { EncoderConfig } from '../architectures/architecture.ts';
import { CONFIG_NAMES, configJson, defaultArchitecture, readConfig } from '../architectures/registry.ts';
import { type Comparison, compareWithOnnx } from '../inference/compare_onnx.ts';
import { loadTokenizer } from '../tokenizers/load.ts';
import { folderOf } from '../weights/onnx/find.ts';
import { type OnnxFacts, type OnnxPrecision, openOnnx } from '../weights/onnx/open.ts';
import { takeWeights } from '../weights/read.ts';
import { checkVocabulary, type LoadedFolder } from './load.ts';

/** The source of a model that was read from an ONNX file, and how far it differs from it. */
export interface OnnxImport {
  readonly schema: 'chineseblue/model-import@1';
  readonly from: string;
  readonly file: Identity;
  /** Of the numbers in the file. */
  readonly precision: OnnxPrecision;
  /** Where the configuration was read: a file, or the graph. */
  readonly configuration: string;
  readonly comparison: Comparison;
  /** Outputs of heads that were not recognised and left out. */
  readonly unread: readonly string[];
}

/** File of an imported folder with an `OnnxImport`. */
export const IMPORT_FILE = 'import.json';

/** The inputs on which both models are run. */
const TEXTS = [
  '患者头痛三天，伴恶心、呕吐。',
  '高血压患者能吃阿司匹林吗？',
  'CT 提示左肺下叶占位，建议进一步检查。',
  '维生素C 每日100mg，口服',
  '宝宝发烧39度怎么办，需要马上去医院吗？家里有美林和泰诺林，可以交替使用吗？',
];

/** Differences beyond these are no rounding. In fp32 they grow with the layers. */
const MAX_DIFFERENCE = 1e-5;
const DEEP = 12;
const MAX_DIFFERENCE_FP16 = 1e-2;
const MIN_COSINE_FP16 = 0.999;
const MIN_COSINE_INT8 = 0.99;

/**
 * Reads an ONNX file of an encoder with its tokenizer, and runs both on a few texts. The configuration is read from the
 * graph where there is no `config.json`. Throws a UserError (`onnx-differs`) if the difference is more than rounding.
 */
export async function loadOnnx(path: string): Promise<{ model: LoadedFolder; imported: OnnxImport }> {
  const opened = await openOnnx(path);
  const folder = folderOf(path);
  const configFile = CONFIG_NAMES.map((name) => join(folder, name)).find((file) => existsSync(file));
  const config = configFile ? await readConfig(configFile) : configOf(opened.facts, path, folder);
  if (configFile) checkConfig(config, opened.facts, configFile);
  const tokenizer = await loadTokenizer(folder);
  checkVocabulary(config, tokenizer, folder);
  const { tensors } = await takeWeights(opened, config);
  const sequences = TEXTS.map((text) => tokenizer.encode(text, config.maxPositions));
  const comparison = await compareWithOnnx(opened, config, tensors, sequences);
  refuseDifferent(comparison, opened.precision, config, path);
  const imported: OnnxImport = {
    schema: 'chineseblue/model-import@1',
    from: basename(path),
    file: await identifyFile(path),
    precision: opened.precision,
    configuration: configFile ? basename(configFile) : 'graph',
    comparison,
    unread: opened.unread,
  };
  return { model: { config, tensors, tokenizer, format: opened.format, file: path }, imported };
}

/** The configuration of a BERT, inferred from a graph. */
function configOf(facts: OnnxFacts, path: string, folder: string): EncoderConfig {
  const { heads, layerNormEps } = facts;
  const hint = {
    en: `Put the model's config.json into ${folder}.`,
    zh: `请将该模型的 config.json 放入 ${folder}。`,
  };
  if (heads === undefined)
    throw new UserError(
      'config-missing',
      { en: 'The graph does not say the number of attention heads', zh: '计算图中没有注意力头数' },
      { file: path, field: 'num_attention_heads', hint },
    );
  if (!facts.isBert)
    throw new UserError(
      'config-missing',
      {
        en: 'The embeddings of the graph are not those of a BERT: its model type is in its config.json only',
        zh: '计算图的嵌入与 BERT 不同：模型类型仅见于其 config.json',
      },
      { file: path, field: 'model_type', hint },
    );
  return defaultArchitecture.config.parse(
    {
      vocab_size: facts.vocabSize,
      hidden_size: facts.hiddenSize,
      num_hidden_layers: facts.layers,
      num_attention_heads: heads,
      intermediate_size: facts.intermediateSize,
      max_position_embeddings: facts.maxPositions,
      type_vocab_size: facts.typeVocabSize,
      hidden_act: facts.activation,
      ...(layerNormEps && { layer_norm_eps: layerNormEps }),
    },
    path,
  );
}

/** Relative difference of an ε that was rounded to 16 or 32 bits. */
const EPSILON_ROUNDING = 1e-3;

/** Fields in both the configuration and the graph must agree; shapes are checked with the tensors. */
function checkConfig(config: EncoderConfig, facts: OnnxFacts, file: string): void {
  const { hidden_act: activation, layer_norm_eps: epsilon } = Object.fromEntries(
    Object.entries(configJson(config)),
  );
  const tanh = (name: unknown): unknown => (name === 'gelu_pytorch_tanh' ? 'gelu_new' : name);
  const near =
    typeof epsilon !== 'number' ||
    facts.layerNormEps === undefined ||
    Math.abs(epsilon - facts.layerNormEps) <= epsilon * EPSILON_ROUNDING;
  const pairs: readonly [field: string, says: unknown, is: unknown, agree: boolean][] = [
    ['num_hidden_layers', config.layers, facts.layers, config.layers === facts.layers],
    ['num_attention_heads', config.heads, facts.heads, [undefined, config.heads].includes(facts.heads)],
    [
      'hidden_act',
      activation,
      facts.activation,
      [undefined, facts.activation].includes(tanh(activation) as string),
    ],
    ['layer_norm_eps', epsilon, facts.layerNormEps, near],
  ];
  for (const [field, says, is, agree] of pairs) {
    if (agree) continue;
    throw new UserError(
      'config-mismatch',
      {
        en: `The configuration says ${says}, the ONNX graph ${is}`,
        zh: `配置为 ${says}，而 ONNX 计算图为 ${is}`,
      },
      {
        file,
        field,
        hint: {
          en: 'Use the config.json that belongs to the ONNX file, or remove it to use what the graph says.',
          zh: '请使用与 ONNX 文件对应的 config.json，或移除它以采用计算图中的值。',
        },
      },
    );
  }
}

function refuseDifferent(
  { difference, cosine }: Comparison,
  precision: OnnxPrecision,
  { layers }: EncoderConfig,
  file: string,
): void {
  const limits = {
    fp32: [MAX_DIFFERENCE * Math.max(1, layers / DEEP), 0],
    fp16: [MAX_DIFFERENCE_FP16, MIN_COSINE_FP16],
    int8: [Number.POSITIVE_INFINITY, MIN_COSINE_INT8],
  } as const;
  const [most, least] = limits[precision];
  if (difference <= most && cosine >= least) return;
  const [apart, close] = [difference.toExponential(1), cosine.toFixed(6)];
  throw new UserError(
    'onnx-differs',
    {
      en: `The converted model does not reproduce the outputs of the ONNX file: difference ${apart} of the largest value, cosine ${close}`,
      zh: `读取的模型与 ONNX 文件的输出不一致：最大差异为最大值的 ${apart}，余弦 ${close}`,
    },
    {
      file,
      hint: {
        en: 'Nothing was written. Check that config.json belongs to this file; a model that is no BERT needs its model_type there.',
        zh: '未写入任何内容。请检查 config.json 是否与该文件对应；非 BERT 模型需在其中写明 model_type。',
      },
    },
  );
}
