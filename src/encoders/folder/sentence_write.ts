import type { EncoderConfig } from '../architectures/architecture.ts';
import type { BiPooling } from '../heads/embedding.ts';

const MODULES = 'sentence_transformers.models';

const json = (value: unknown): Uint8Array => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);

/**
 * The files by which `sentence-transformers` pools and normalises as the folder's model was trained to, by their paths in the
 * folder.
 */
export function sentenceTransformersFiles(
  { hiddenSize }: EncoderConfig,
  pooling: BiPooling,
  maxLength: number,
): ReadonlyMap<string, Uint8Array> {
  const modules = [
    { idx: 0, name: '0', path: '', type: `${MODULES}.Transformer` },
    { idx: 1, name: '1', path: '1_Pooling', type: `${MODULES}.Pooling` },
    { idx: 2, name: '2', path: '2_Normalize', type: `${MODULES}.Normalize` },
  ];
  const settings = {
    word_embedding_dimension: hiddenSize,
    pooling_mode_cls_token: pooling === 'cls',
    pooling_mode_mean_tokens: pooling === 'mean',
    pooling_mode_max_tokens: false,
    pooling_mode_mean_sqrt_len_tokens: false,
  };
  return new Map([
    ['modules.json', json(modules)],
    ['sentence_bert_config.json', json({ max_seq_length: maxLength, do_lower_case: false })],
    ['1_Pooling/config.json', json(settings)],
  ]);
}
