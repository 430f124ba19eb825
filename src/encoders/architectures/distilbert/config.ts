import * as z from 'zod';
import type { ConfigFormat } from '../architecture.ts';
import { type BertConfig, bertLikeFormat } from '../bert/config.ts';

/** Dropout before the classifier of sequences, if a file does not set it. */
const CLASSIFIER_DROPOUT = 0.2;
/** Of every layer normalisation; no field changes it. */
const LAYER_NORM_EPS = 1e-12;

export const config: ConfigFormat<BertConfig> = bertLikeFormat({
  modelType: 'distilbert',
  title: 'DistilBERT',
  hint: {
    en: 'Supported are the DistilBERT models of transformers with learned positions.',
    zh: '支持 transformers 中使用可学习位置的 DistilBERT。',
  },
  maxPositions: 512,
  names: {
    hidden_size: 'dim',
    num_hidden_layers: 'n_layers',
    num_attention_heads: 'n_heads',
    intermediate_size: 'hidden_dim',
    hidden_act: 'activation',
    hidden_dropout_prob: 'dropout',
    attention_probs_dropout_prob: 'attention_dropout',
    classifier_dropout: 'seq_classif_dropout',
  },
  fields: z.object({
    model_type: z.literal('distilbert'),
    sinusoidal_pos_embds: z.literal(false).optional(),
  }),
  own: (_json, { classifierDropout }) => ({
    classifierDropout: classifierDropout ?? CLASSIFIER_DROPOUT,
    layerNormEps: LAYER_NORM_EPS,
    typeVocabSize: 0,
  }),
  write: () => ({
    sinusoidal_pos_embds: false,
    layer_norm_eps: undefined,
    type_vocab_size: undefined,
    position_embedding_type: undefined,
  }),
});
