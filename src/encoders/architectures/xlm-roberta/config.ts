import * as z from 'zod';
import type { ConfigFormat } from '../architecture.ts';
import { type BertConfig, bertLikeFormat } from '../bert/config.ts';

/** Padding is token 1 unless a file sets it; its position is the same number, and those of a text follow it. */
const PAD = 1;

const MAX_POSITIONS = 512;

/** Rows of the position table that no token of a text has: up to that of padding. */
export const reservedPositions = ({ padTokenId }: Pick<BertConfig, 'padTokenId'>): number => padTokenId + 1;

/** `config.json` of RoBERTa and of model types that are RoBERTa with another tokenizer. */
export function robertaFormat(modelType: string, title: string): ConfigFormat<BertConfig> {
  const format = bertLikeFormat({
    modelType,
    title,
    hint: {
      en: 'Supported are encoders of this type with learned absolute positions, as in transformers.',
      zh: '支持 transformers 中该类型的编码器（可学习的绝对位置编码）。',
    },
    maxPositions: MAX_POSITIONS,
    fields: z.object({ model_type: z.literal(modelType), pad_token_id: z.int().min(0).nullish() }),
    own({ pad_token_id: given }, { maxPositions: rows, vocabSize }, invalid) {
      const padTokenId = given ?? PAD;
      const maxPositions = rows - reservedPositions({ padTokenId });
      if (padTokenId >= vocabSize)
        throw invalid('pad_token_id', { en: 'outside the vocabulary', zh: '超出词表范围' });
      if (maxPositions < 1)
        throw invalid('max_position_embeddings', {
          en: `${rows} positions leave none after those reserved for padding`,
          zh: `${rows} 个位置除填充位外没有剩余`,
        });
      return { padTokenId, maxPositions };
    },
    write: (config) => ({ max_position_embeddings: config.maxPositions + reservedPositions(config) }),
  });
  return {
    ...format,
    initial(vocabulary, sizes, transformersClass) {
      const reserved = reservedPositions({ padTokenId: vocabulary.ids.pad });
      const positions = (sizes.positions ?? MAX_POSITIONS) + reserved;
      return format.initial(vocabulary, { ...sizes, positions }, transformersClass);
    },
  };
}
