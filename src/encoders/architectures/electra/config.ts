import * as z from 'zod';
import type { ConfigFormat } from '../architecture.ts';
import { type BertConfig, bertLikeFormat } from '../bert/config.ts';

/** A BERT whose embeddings may be narrower than its layers: a dense layer is between them. */
export interface ProjectedConfig extends BertConfig {
  /** Width of the embeddings. */
  readonly embeddingSize: number;
}

/** A width, bounded as the hidden size is. */
export const embeddingSize = z
  .int()
  .min(1)
  .max(1 << 14);

export const config: ConfigFormat<ProjectedConfig> = bertLikeFormat({
  modelType: 'electra',
  title: 'ELECTRA',
  hint: {
    en: 'Supported are the ELECTRA models of transformers, discriminators and generators.',
    zh: '支持 transformers 中的 ELECTRA（判别器与生成器）。',
  },
  maxPositions: 512,
  fields: z.object({ model_type: z.literal('electra'), embedding_size: embeddingSize.default(128) }),
  own: (json) => ({ embeddingSize: json.embedding_size }),
  write: (config) => ({ embedding_size: config.embeddingSize }),
});
