import * as z from 'zod';
import type { ConfigFormat } from '../architecture.ts';
import { type BertConfig, bertLikeFormat } from '../bert/config.ts';

/** The configuration of an ERNIE: a BERT that may have embeddings of pretraining tasks. */
export interface ErnieConfig extends BertConfig {
  /** Number of pretraining tasks with an embedding; 0 where they have none. */
  readonly taskTypes: number;
}

/** Far beyond the three of ERNIE 3.0. */
const MAX_TASKS = 1 << 17;

export const config: ConfigFormat<ErnieConfig> = bertLikeFormat({
  modelType: 'ernie',
  title: 'ERNIE',
  hint: {
    en: 'Supported are the ERNIE models of transformers (ERNIE 1.0 to 3.0, ERNIE-Gram, ERNIE-Health).',
    zh: '支持 transformers 中的 ERNIE（ERNIE 1.0 至 3.0、ERNIE-Gram、ERNIE-Health）。',
  },
  maxPositions: 512,
  fields: z.object({
    model_type: z.literal('ernie'),
    use_task_id: z.boolean().default(false),
    task_type_vocab_size: z.int().min(1).max(MAX_TASKS).default(3),
  }),
  own: (json) => ({ taskTypes: json.use_task_id ? json.task_type_vocab_size : 0 }),
  write: ({ taskTypes }) => ({
    use_task_id: taskTypes > 0,
    ...(taskTypes > 0 && { task_type_vocab_size: taskTypes }),
  }),
});
