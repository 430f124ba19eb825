import * as z from 'zod';
import { UserError } from '../../../ground/errors.ts';
import { issueText } from '../../../ground/issues.ts';
import type { Text } from '../../../ground/language.ts';
import type { Vocabulary } from '../../tokenizers/vocabulary.ts';
import type { ConfigFormat, EncoderConfig, Sizes } from '../architecture.ts';
import type { Activation } from '../graph.ts';

/** The configuration of a BERT. */
export interface BertConfig extends EncoderConfig {
  readonly intermediateSize: number;
  readonly activation: Activation;
  readonly layerNormEps: number;
}

const activations = [
  'gelu',
  'gelu_new',
  'gelu_pytorch_tanh',
  'relu',
] as const satisfies readonly Activation[];
const size = (max: number) => z.int().min(1).max(max);
const share = z.number().min(0).lt(1);

/** The bounds are far beyond every published BERT; they keep a hostile file from requesting absurd allocations. */
const configJson = z.object({
  vocab_size: size(1 << 22),
  hidden_size: size(1 << 14),
  num_hidden_layers: size(256),
  num_attention_heads: size(1024),
  intermediate_size: size(1 << 17),
  max_position_embeddings: size(1 << 17).optional(),
  type_vocab_size: size(1 << 17).default(2),
  hidden_act: z.enum(activations).default('gelu'),
  hidden_dropout_prob: share.default(0.1),
  attention_probs_dropout_prob: share.default(0.1),
  classifier_dropout: share.nullish(),
  layer_norm_eps: z.number().positive().lt(1).default(1e-12),
  initializer_range: z.number().positive().lt(10).default(0.02),
  pad_token_id: z.int().min(0).nullish(),
  position_embedding_type: z.literal('absolute').optional(),
  is_decoder: z.literal(false).optional(),
  add_cross_attention: z.literal(false).optional(),
  tie_word_embeddings: z.boolean().optional(),
  quantization_config: z.null().optional(),
  pruned_heads: z.record(z.string(), z.never()).nullish(),
  id2label: z.record(z.string().regex(/^\d+$/), z.string()).optional(),
  architectures: z.array(z.string()).nullish(),
  problem_type: z.string().nullish(),
  chineseblue_untrained: z.boolean().optional(),
});

/** Refuses the value of a field. */
type Invalid = (field: string, why: Text) => UserError;

/** The fields of the `config.json` of a model type besides those of BERT. */
export interface BertLikeFormat<Json, Own extends object> {
  readonly modelType: string;
  /** As messages name it. */
  readonly title: string;
  readonly hint: Text;
  /** `max_position_embeddings` where a file lacks it. */
  readonly maxPositions: number;
  /** Other names of fields of BERT in the file. */
  readonly names?: Readonly<Record<string, string>>;
  readonly fields: z.ZodType<Json>;
  own(json: Json, config: BertConfig, invalid: Invalid): Own;
  /** Further fields; undefined for one of BERT that the model type lacks. */
  write(config: BertConfig & Own): object;
}

/** `config.json` of a model type with the fields of BERT. */
export function bertLikeFormat<Json, Own extends object>(
  format: BertLikeFormat<Json, Own>,
): ConfigFormat<BertConfig & Own> {
  const { names = {} } = format;
  const parse = (json: object, file?: string): BertConfig & Own => {
    const invalid: Invalid = (field, why) => invalidConfig(format, names[field] ?? field, why, file);
    const given = underBertNames(json, names);
    const checked = <T>(schema: z.ZodType<T>): T => {
      const result = schema.safeParse(given);
      if (result.success) return result.data;
      const [issue] = result.error.issues;
      throw invalid(issue.path.join('.'), issueText(issue));
    };
    const config = readConfig(checked(configJson), format, invalid);
    return { ...config, ...format.own(checked(format.fields), config, invalid) };
  };
  return {
    parse,
    write: (config, torchDtype) => ({
      ...Object.fromEntries(
        Object.entries(written(config)).map(([name, value]) => [names[name] ?? name, value]),
      ),
      ...format.write(config),
      torch_dtype: torchDtype,
    }),
    initial: (vocabulary, sizes, transformersClass) =>
      parse({
        ...initialJson(vocabulary, sizes),
        model_type: format.modelType,
        architectures: [transformersClass],
      }),
  };
}

function underBertNames(json: object, names: Readonly<Record<string, string>>): object {
  const given = new Map(Object.entries(json));
  for (const [bert, own] of Object.entries(names)) if (given.has(own)) given.set(bert, given.get(own));
  return Object.fromEntries(given);
}

function readConfig(
  json: z.infer<typeof configJson>,
  { modelType, maxPositions }: Pick<BertLikeFormat<never, object>, 'modelType' | 'maxPositions'>,
  invalid: Invalid,
): BertConfig {
  if (json.hidden_size % json.num_attention_heads !== 0) {
    const [heads, hidden] = [json.num_attention_heads, json.hidden_size];
    throw invalid('num_attention_heads', {
      en: `${heads} attention heads do not divide the hidden size ${hidden}`,
      zh: `隐层维度 ${hidden} 不能被注意力头数 ${heads} 整除`,
    });
  }
  if ((json.pad_token_id ?? 0) >= json.vocab_size)
    throw invalid('pad_token_id', { en: 'outside the vocabulary', zh: '超出词表范围' });
  return {
    modelType,
    vocabSize: json.vocab_size,
    hiddenSize: json.hidden_size,
    layers: json.num_hidden_layers,
    heads: json.num_attention_heads,
    intermediateSize: json.intermediate_size,
    maxPositions: json.max_position_embeddings ?? maxPositions,
    typeVocabSize: json.type_vocab_size,
    activation: json.hidden_act,
    hiddenDropout: json.hidden_dropout_prob,
    attentionDropout: json.attention_probs_dropout_prob,
    classifierDropout: json.classifier_dropout ?? undefined,
    layerNormEps: json.layer_norm_eps,
    initializerRange: json.initializer_range,
    padTokenId: json.pad_token_id ?? 0,
    labels: json.id2label && labelsOf(json.id2label, invalid),
    transformersClass: json.architectures?.[0],
    problemType: json.problem_type ?? undefined,
    ...(json.chineseblue_untrained && { untrained: true }),
    ...(json.tie_word_embeddings === false && { untied: true }),
  };
}

function written(config: BertConfig): object {
  return {
    ...(config.transformersClass && { architectures: [config.transformersClass] }),
    model_type: config.modelType,
    vocab_size: config.vocabSize,
    hidden_size: config.hiddenSize,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    intermediate_size: config.intermediateSize,
    max_position_embeddings: config.maxPositions,
    type_vocab_size: config.typeVocabSize,
    hidden_act: config.activation,
    hidden_dropout_prob: config.hiddenDropout,
    attention_probs_dropout_prob: config.attentionDropout,
    classifier_dropout: config.classifierDropout ?? null,
    layer_norm_eps: config.layerNormEps,
    initializer_range: config.initializerRange,
    pad_token_id: config.padTokenId,
    position_embedding_type: 'absolute',
    ...endOfConfig(config),
  };
}

/** The last fields of every config.json: classes, and unusual settings. */
export const endOfConfig = ({
  labels,
  problemType,
  untrained,
  untied,
}: Pick<BertConfig, 'labels' | 'problemType' | 'untrained' | 'untied'>): object => ({
  ...(labels && {
    id2label: Object.fromEntries(labels.entries()),
    label2id: Object.fromEntries(labels.map((label, id) => [label, id])),
  }),
  ...(problemType && { problem_type: problemType }),
  ...(untrained && { chineseblue_untrained: true }),
  ...(untied && { tie_word_embeddings: false }),
});

/** Class names by id. Throws what `invalid` makes where ids are missing. */
export function labelsOf(id2label: Record<string, string>, invalid: Invalid): string[] {
  const labels = Object.entries(id2label).sort(([a], [b]) => Number(a) - Number(b));
  if (labels.some(([id], i) => Number(id) !== i)) {
    const last = labels.length - 1;
    throw invalid('id2label', { en: `the ids are not 0 to ${last}`, zh: `类别编号不是 0 至 ${last}` });
  }
  return labels.map(([, label]) => label);
}

export const invalidConfig = (
  { title, hint }: Pick<BertLikeFormat<never, object>, 'title' | 'hint'>,
  field: string,
  { en, zh }: Text,
  file?: string,
): UserError =>
  new UserError(
    'config-invalid',
    { en: `Invalid ${title} configuration: ${en}`, zh: `${title} 配置无效：${zh}` },
    { file, field, hint },
  );

/** One attention head per 64 of the hidden size, and an inner layer four times as wide, as in BERT-base. */
const HEAD_SIZE = 64;
const INNER_FACTOR = 4;

/** Weights have the standard deviation 1 / √hidden: BERT's 0.02 is for a width of 768. */
function initialJson({ tokens, ids }: Vocabulary, sizes: Sizes): object {
  const { layers, hidden, heads, intermediate, positions, dropout } = sizes;
  return {
    vocab_size: tokens.length,
    hidden_size: hidden,
    // of model types that have one
    embedding_size: hidden,
    num_hidden_layers: layers,
    num_attention_heads: heads || Math.max(1, Math.floor(hidden / HEAD_SIZE)),
    intermediate_size: intermediate ?? hidden * INNER_FACTOR,
    max_position_embeddings: positions,
    hidden_dropout_prob: dropout,
    attention_probs_dropout_prob: dropout,
    initializer_range: 1 / Math.sqrt(hidden),
    pad_token_id: ids.pad,
  };
}

export const config: ConfigFormat<BertConfig> = bertLikeFormat({
  modelType: 'bert',
  title: 'BERT',
  hint: {
    en: 'Supported are BERT and models of the same architecture (BERT-wwm, RoBERTa-wwm, MC-BERT…).',
    zh: '仅支持 BERT 及同架构模型（BERT-wwm、RoBERTa-wwm、MC-BERT 等）。',
  },
  maxPositions: 512,
  fields: z.object({ model_type: z.literal('bert').optional() }),
  own: () => ({}),
  write: () => ({}),
});
