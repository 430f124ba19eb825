import * as z from 'zod';
import type { ConfigFormat } from '../architecture.ts';
import { bertLikeFormat } from '../bert/config.ts';
import { embeddingSize, type ProjectedConfig } from '../electra/config.ts';

/** The configuration of a RoFormer. */
export interface RoFormerConfig extends ProjectedConfig {
  /** Whether values are rotated by their positions, as queries and keys are. */
  readonly rotaryValue: boolean;
}

export const config: ConfigFormat<RoFormerConfig> = bertLikeFormat({
  modelType: 'roformer',
  title: 'RoFormer',
  hint: {
    en: 'Supported is RoFormer as in transformers; RoFormer v2 (RMS norm, no biases) is another architecture.',
    zh: '支持 transformers 中的 RoFormer；RoFormer v2（RMS 归一化、无偏置）是另一种架构。',
  },
  maxPositions: 1536,
  fields: z.object({
    model_type: z.literal('roformer'),
    embedding_size: embeddingSize.nullish(),
    rotary_value: z.boolean().default(false),
    norm_type: z.literal('layer_norm').optional(),
    use_bias: z.literal(true).optional(),
  }),
  own(json, { hiddenSize, heads }, invalid) {
    if ((hiddenSize / heads) % 2 !== 0)
      throw invalid('num_attention_heads', {
        en: `heads of size ${hiddenSize / heads} cannot be rotated: the size must be even`,
        zh: `注意力头维度 ${hiddenSize / heads} 不是偶数，无法使用旋转位置编码`,
      });
    return {
      embeddingSize: json.embedding_size ?? hiddenSize,
      rotaryValue: json.rotary_value,
      // its heads have the dropout of the layers
      classifierDropout: undefined,
    };
  },
  write: (config) => ({
    embedding_size: config.embeddingSize,
    rotary_value: config.rotaryValue,
    classifier_dropout: undefined,
    position_embedding_type: undefined,
  }),
});
