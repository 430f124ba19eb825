import * as z from 'zod';
import { issueText } from '../../../ground/issues.ts';
import type { Vocabulary } from '../../tokenizers/vocabulary.ts';
import type { ConfigFormat, EncoderConfig, Sizes } from '../architecture.ts';
import { endOfConfig, invalidConfig, labelsOf } from '../bert/config.ts';
import type { Activation } from '../graph.ts';

/** The configuration of a ModernBERT. */
export interface ModernBertConfig extends EncoderConfig {
  readonly intermediateSize: number;
  readonly activation: Activation;
  readonly classifierActivation: Activation;
  readonly normEps: number;
  /** Which dense layers and layer normalisations have biases. */
  readonly biases: Readonly<Record<'norm' | 'attention' | 'mlp' | 'classifier', boolean>>;
  /** For every layer whether each token attends to all others, or to those nearby. */
  readonly isGlobal: readonly boolean[];
  /** Tokens of the window of local attention, half of them on either side. */
  readonly window: number;
  /** Base of the angles of rotary positions in global and in local layers. */
  readonly theta: Readonly<Record<'global' | 'local', number>>;
  /** The input of a classifier: the first token, or the mean of all. */
  readonly pooling: 'cls' | 'mean';
  /** Ids of special tokens, as in the file. */
  readonly tokenIds: Readonly<Record<string, number | null>>;
}

const MODEL_TYPE = 'modernbert';
const GLOBAL = 'full_attention';
const LOCAL = 'sliding_attention';
const TOKENS = ['bos_token_id', 'eos_token_id', 'cls_token_id', 'sep_token_id'] as const;

const size = (max: number) => z.int().min(1).max(max);
const share = z.number().min(0).lt(1).default(0);
const activation = z.enum(['gelu', 'gelu_new', 'gelu_pytorch_tanh', 'relu']).default('gelu');
const theta = z.number().min(1);
const rope = z.object({ rope_theta: theta.optional(), rope_type: z.literal('default').optional() }).nullish();
const tokenId = z.int().min(0).nullish();

/** The bounds keep a hostile file from requesting absurd allocations. */
const configJson = z.object({
  model_type: z.literal(MODEL_TYPE),
  vocab_size: size(1 << 22).default(50368),
  hidden_size: size(1 << 14).default(768),
  intermediate_size: size(1 << 17).default(1152),
  num_hidden_layers: size(256).default(22),
  num_attention_heads: size(1024).default(12),
  hidden_activation: activation,
  classifier_activation: activation,
  max_position_embeddings: size(1 << 17).default(8192),
  initializer_range: z.number().positive().lt(10).default(0.02),
  norm_eps: z.number().positive().lt(1).default(1e-5),
  norm_bias: z.boolean().default(false),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
  classifier_bias: z.boolean().default(false),
  decoder_bias: z.literal(true).optional(),
  attention_dropout: share,
  embedding_dropout: share,
  mlp_dropout: share,
  classifier_dropout: share,
  classifier_pooling: z.enum(['cls', 'mean']).default('cls'),
  local_attention: size(1 << 17).default(128),
  layer_types: z.array(z.enum([GLOBAL, LOCAL])).nullish(),
  global_attn_every_n_layers: size(256).default(3),
  rope_parameters: z.object({ [GLOBAL]: rope, [LOCAL]: rope }).nullish(),
  rope_scaling: z.null().optional(),
  global_rope_theta: theta.optional(),
  local_rope_theta: theta.nullish(),
  pad_token_id: tokenId,
  bos_token_id: tokenId,
  eos_token_id: tokenId,
  cls_token_id: tokenId,
  sep_token_id: tokenId,
  tie_word_embeddings: z.boolean().optional(),
  quantization_config: z.null().optional(),
  id2label: z.record(z.string().regex(/^\d+$/), z.string()).optional(),
  architectures: z.array(z.string()).nullish(),
  problem_type: z.string().nullish(),
  chineseblue_untrained: z.boolean().optional(),
});
type Json = z.infer<typeof configJson>;

const TITLE = {
  title: 'ModernBERT',
  hint: {
    en: 'Supported is ModernBERT as in transformers, with the default rotary positions.',
    zh: '支持 transformers 中的 ModernBERT（默认旋转位置编码）。',
  },
};

/** Bases of the angles where a file has none. */
const THETA = { global: 160_000, local: 10_000 };

function parse(value: object, file?: string): ModernBertConfig {
  const result = configJson.safeParse(value);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw invalidConfig(TITLE, issue.path.join('.'), issueText(issue), file);
  }
  const json = result.data;
  const isGlobal =
    json.layer_types?.map((type) => type === GLOBAL) ??
    Array.from({ length: json.num_hidden_layers }, (_, i) => i % json.global_attn_every_n_layers === 0);
  check(json, isGlobal.length, file);
  const ropes = json.rope_parameters;
  return {
    modelType: MODEL_TYPE,
    vocabSize: json.vocab_size,
    hiddenSize: json.hidden_size,
    layers: json.num_hidden_layers,
    heads: json.num_attention_heads,
    intermediateSize: json.intermediate_size,
    maxPositions: json.max_position_embeddings,
    typeVocabSize: 1,
    activation: json.hidden_activation,
    classifierActivation: json.classifier_activation,
    normEps: json.norm_eps,
    biases: {
      norm: json.norm_bias,
      attention: json.attention_bias,
      mlp: json.mlp_bias,
      classifier: json.classifier_bias,
    },
    isGlobal,
    window: json.local_attention,
    theta: {
      global: ropes?.[GLOBAL]?.rope_theta ?? json.global_rope_theta ?? THETA.global,
      local: ropes?.[LOCAL]?.rope_theta ?? json.local_rope_theta ?? THETA.local,
    },
    pooling: json.classifier_pooling,
    embeddingDropout: json.embedding_dropout,
    hiddenDropout: json.mlp_dropout,
    attentionDropout: json.attention_dropout,
    classifierDropout: json.classifier_dropout,
    initializerRange: json.initializer_range,
    padTokenId: json.pad_token_id ?? 0,
    tokenIds: Object.fromEntries(
      TOKENS.flatMap((name) => (json[name] === undefined ? [] : [[name, json[name]]])),
    ),
    labels: json.id2label && labelsOf(json.id2label, (field, why) => invalidConfig(TITLE, field, why, file)),
    transformersClass: json.architectures?.[0],
    problemType: json.problem_type ?? undefined,
    ...(json.chineseblue_untrained && { untrained: true }),
    ...(json.tie_word_embeddings === false && { untied: true }),
  };
}

function check(json: Json, layers: number, file?: string): void {
  const { hidden_size: hidden, num_attention_heads: heads } = json;
  if (hidden % heads !== 0 || (hidden / heads) % 2 !== 0)
    throw invalidConfig(
      TITLE,
      'num_attention_heads',
      {
        en: `${heads} attention heads do not divide the hidden size ${hidden} into even sizes`,
        zh: `注意力头数 ${heads} 不能将隐层维度 ${hidden} 等分为偶数维`,
      },
      file,
    );
  if (layers !== json.num_hidden_layers)
    throw invalidConfig(
      TITLE,
      'layer_types',
      {
        en: `${layers} types for ${json.num_hidden_layers} layers`,
        zh: `${json.num_hidden_layers} 层对应 ${layers} 个类型`,
      },
      file,
    );
  if ((json.pad_token_id ?? 0) >= json.vocab_size)
    throw invalidConfig(TITLE, 'pad_token_id', { en: 'outside the vocabulary', zh: '超出词表范围' }, file);
}

/** Global layers at equal distances, or undefined if they are not. */
function everyLayers(isGlobal: readonly boolean[]): number | undefined {
  const second = isGlobal.indexOf(true, 1);
  const every = second < 0 ? isGlobal.length : second;
  return isGlobal.every((global, i) => global === (i % every === 0)) ? every : undefined;
}

/** The fields of `transformers` 5 and, where they can express the same, those of earlier versions. */
function write(config: ModernBertConfig, torchDtype: 'float32' | 'float16'): object {
  const { biases, theta, isGlobal } = config;
  const every = everyLayers(isGlobal);
  return {
    ...(config.transformersClass && { architectures: [config.transformersClass] }),
    model_type: MODEL_TYPE,
    vocab_size: config.vocabSize,
    hidden_size: config.hiddenSize,
    intermediate_size: config.intermediateSize,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    hidden_activation: config.activation,
    classifier_activation: config.classifierActivation,
    max_position_embeddings: config.maxPositions,
    initializer_range: config.initializerRange,
    norm_eps: config.normEps,
    norm_bias: biases.norm,
    attention_bias: biases.attention,
    mlp_bias: biases.mlp,
    classifier_bias: biases.classifier,
    decoder_bias: true,
    embedding_dropout: config.embeddingDropout,
    mlp_dropout: config.hiddenDropout,
    attention_dropout: config.attentionDropout,
    classifier_dropout: config.classifierDropout,
    classifier_pooling: config.pooling,
    local_attention: config.window,
    ...(every !== undefined && { global_attn_every_n_layers: every }),
    layer_types: isGlobal.map((global) => (global ? GLOBAL : LOCAL)),
    global_rope_theta: theta.global,
    local_rope_theta: theta.local,
    rope_parameters: {
      [GLOBAL]: { rope_type: 'default', rope_theta: theta.global },
      [LOCAL]: { rope_type: 'default', rope_theta: theta.local },
    },
    pad_token_id: config.padTokenId,
    ...config.tokenIds,
    ...endOfConfig(config),
    torch_dtype: torchDtype,
  };
}

/** One attention head per 64 of the hidden size; an inner layer that is half as wide again, as in ModernBERT-base. */
const HEAD_SIZE = 64;
const INNER_FACTOR = 1.5;

function initial({ tokens, ids }: Vocabulary, sizes: Sizes, transformersClass: string): ModernBertConfig {
  const { layers, hidden, heads, intermediate, positions, dropout } = sizes;
  return parse({
    model_type: MODEL_TYPE,
    architectures: [transformersClass],
    vocab_size: tokens.length,
    hidden_size: hidden,
    num_hidden_layers: layers,
    num_attention_heads: heads || Math.max(1, Math.floor(hidden / HEAD_SIZE)),
    intermediate_size: intermediate ?? Math.round(hidden * INNER_FACTOR),
    max_position_embeddings: positions,
    embedding_dropout: dropout,
    mlp_dropout: dropout,
    attention_dropout: dropout,
    classifier_dropout: dropout,
    pad_token_id: ids.pad,
    cls_token_id: ids.cls,
    sep_token_id: ids.sep,
  });
}

export const config: ConfigFormat<ModernBertConfig> = { parse, write, initial };
