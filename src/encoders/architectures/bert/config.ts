import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { UserError } from '../../../ground/errors.ts';
import { explainFileError } from '../../../ground/files.ts';

/** Activations by the names that configurations use; `gelu` is the exact one, `gelu_new` its tanh approximation. */
export const ACTIVATIONS = ['gelu', 'gelu_new', 'gelu_pytorch_tanh', 'relu'] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/** The shape of a BERT and what it was trained with. */
export interface BertConfig {
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly intermediateSize: number;
  /** Longest sequence in tokens. */
  readonly maxPositions: number;
  readonly typeVocabSize: number;
  readonly activation: Activation;
  readonly hiddenDropout: number;
  readonly attentionDropout: number;
  /** Dropout before the head; where absent, `hiddenDropout`. */
  readonly classifierDropout?: number;
  readonly layerNormEps: number;
  /** Standard deviation of the normal distribution that new weights are drawn from. */
  readonly initializerRange: number;
  readonly padTokenId: number;
  /** Names of the classes of a head, by id; absent for a bare encoder. */
  readonly labels?: readonly string[];
  /** Class name of the model in `transformers`, e.g. `BertForTokenClassification`. */
  readonly architecture?: string;
  /** What `transformers` does with the logits, e.g. `multi_label_classification`. */
  readonly problemType?: string;
  /** Whether the weights are those that `chineseblue init` drew, so that fine-tuning must teach everything. */
  readonly untrained?: boolean;
}

/** Names under which a folder may keep its configuration: Hugging Face's and Google's. */
export const CONFIG_NAMES = ['config.json', 'bert_config.json'] as const;

const size = (max: number) => z.int().min(1).max(max);
const share = z.number().min(0).lt(1);

/** The bounds are far beyond every published BERT; they keep a hostile file from asking for the moon. */
const configJson = z.object({
  model_type: z.literal('bert').optional(),
  vocab_size: size(1 << 22),
  hidden_size: size(1 << 14),
  num_hidden_layers: size(256),
  num_attention_heads: size(1024),
  intermediate_size: size(1 << 17),
  max_position_embeddings: size(1 << 17).default(512),
  type_vocab_size: size(1 << 17).default(2),
  hidden_act: z.literal(ACTIVATIONS).default('gelu'),
  hidden_dropout_prob: share.default(0.1),
  attention_probs_dropout_prob: share.default(0.1),
  classifier_dropout: share.nullish(),
  layer_norm_eps: z.number().positive().lt(1).default(1e-12),
  initializer_range: z.number().positive().lt(10).default(0.02),
  pad_token_id: z.int().min(0).nullish(),
  position_embedding_type: z.literal('absolute').optional(),
  is_decoder: z.literal(false).optional(),
  add_cross_attention: z.literal(false).optional(),
  id2label: z.record(z.string().regex(/^\d+$/), z.string()).optional(),
  architectures: z.array(z.string()).nullish(),
  problem_type: z.string().nullish(),
  chineseblue_untrained: z.boolean().optional(),
});

/** Reads the `config.json` or `bert_config.json` of a folder, or the file itself. Throws a UserError. */
export async function readConfig(path: string): Promise<BertConfig> {
  const file = path.endsWith('.json')
    ? path
    : CONFIG_NAMES.map((name) => join(path, name)).find((candidate) => existsSync(candidate));
  if (!file) {
    throw new UserError('config-missing', 'The folder has no config.json', {
      file: path,
      hint: 'Put the config.json (or bert_config.json) that belongs to the weights into it.',
    });
  }
  try {
    return parseConfig(await readFile(file, 'utf8'), file);
  } catch (error) {
    throw explainFileError(error, file);
  }
}

/** The configuration in the text of a `config.json`. Throws a UserError that names the field. */
export function parseConfig(text: string, file?: string): BertConfig {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError('not-json', `The file is not JSON: ${(error as Error).message}`, { file });
  }
  const result = configJson.safeParse(value);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw invalid(issue.path.join('.'), issue.message, file);
  }
  const json = result.data;
  if (json.hidden_size % json.num_attention_heads !== 0) {
    const heads = `${json.num_attention_heads} heads do not divide the hidden size ${json.hidden_size}`;
    throw invalid('num_attention_heads', heads, file);
  }
  if ((json.pad_token_id ?? 0) >= json.vocab_size)
    throw invalid('pad_token_id', 'outside the vocabulary', file);
  return {
    vocabSize: json.vocab_size,
    hiddenSize: json.hidden_size,
    layers: json.num_hidden_layers,
    heads: json.num_attention_heads,
    intermediateSize: json.intermediate_size,
    maxPositions: json.max_position_embeddings,
    typeVocabSize: json.type_vocab_size,
    activation: json.hidden_act,
    hiddenDropout: json.hidden_dropout_prob,
    attentionDropout: json.attention_probs_dropout_prob,
    classifierDropout: json.classifier_dropout ?? undefined,
    layerNormEps: json.layer_norm_eps,
    initializerRange: json.initializer_range,
    padTokenId: json.pad_token_id ?? 0,
    labels: json.id2label && labelsOf(json.id2label, file),
    architecture: json.architectures?.[0],
    problemType: json.problem_type ?? undefined,
    ...(json.chineseblue_untrained && { untrained: true }),
  };
}

/** A configuration as `transformers` writes it, with the type that the weights are kept in. */
export function toConfigJson(config: BertConfig, torchDtype: 'float32' | 'float16' = 'float32'): object {
  const { labels } = config;
  return {
    ...(config.architecture && { architectures: [config.architecture] }),
    model_type: 'bert',
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
    ...(labels && {
      id2label: Object.fromEntries(labels.entries()),
      label2id: Object.fromEntries(labels.map((label, id) => [label, id])),
    }),
    ...(config.problemType && { problem_type: config.problemType }),
    ...(config.untrained && { chineseblue_untrained: true }),
    torch_dtype: torchDtype,
  };
}

/**
 * Names and shapes of the parameters of the encoder, as Hugging Face calls them without the `bert.` prefix.
 * Linear weights are [out, in]. The two of the pooler come last and may be missing from a file.
 */
export function parameterShapes(config: BertConfig): Map<string, readonly number[]> {
  const { hiddenSize: hidden, intermediateSize: inner } = config;
  const shapes = new Map<string, readonly number[]>();
  const linear = (name: string, from: number, to: number): void => {
    shapes.set(`${name}.weight`, [to, from]).set(`${name}.bias`, [to]);
  };
  const norm = (name: string): void => {
    shapes.set(`${name}.weight`, [hidden]).set(`${name}.bias`, [hidden]);
  };
  shapes.set('embeddings.word_embeddings.weight', [config.vocabSize, hidden]);
  shapes.set('embeddings.position_embeddings.weight', [config.maxPositions, hidden]);
  shapes.set('embeddings.token_type_embeddings.weight', [config.typeVocabSize, hidden]);
  norm('embeddings.LayerNorm');
  for (let layer = 0; layer < config.layers; layer++) {
    const name = `encoder.layer.${layer}`;
    for (const part of ['query', 'key', 'value']) linear(`${name}.attention.self.${part}`, hidden, hidden);
    linear(`${name}.attention.output.dense`, hidden, hidden);
    norm(`${name}.attention.output.LayerNorm`);
    linear(`${name}.intermediate.dense`, hidden, inner);
    linear(`${name}.output.dense`, inner, hidden);
    norm(`${name}.output.LayerNorm`);
  }
  linear('pooler.dense', hidden, hidden);
  return shapes;
}

export const isPooler = (name: string): boolean => name.startsWith('pooler.');

function labelsOf(id2label: Record<string, string>, file?: string): string[] {
  const labels = Object.entries(id2label).sort(([a], [b]) => Number(a) - Number(b));
  if (labels.some(([id], i) => Number(id) !== i)) {
    throw invalid('id2label', `the ids are not 0 to ${labels.length - 1}`, file);
  }
  return labels.map(([, label]) => label);
}

const invalid = (field: string, why: string, file?: string): UserError =>
  new UserError('config-invalid', `This is not the configuration of a BERT: ${why}`, {
    file,
    field,
    hint: 'Only BERT and what shares its architecture (BERT-wwm, RoBERTa-wwm, MC-BERT…) can be read.',
  });
