import type { Text } from '../../ground/language.ts';
import type { FamilyId } from '../../tasks/examples.ts';

/** The families that a BERT serves: every table of this folder has a row for each. */
export const BERT_FAMILIES = [
  'ner',
  'similarity',
  'inference',
  'classification',
  'multilabel',
  'ranking',
  'relation',
  'dialogue',
  'dialogue-acts',
  'mention-status',
  'normalisation',
  'event',
  'causal',
] as const satisfies readonly FamilyId[];

const NO_DECODER: Text = {
  en: 'An encoder does not generate text; `llm` and `gguf` do, and `knn` returns the text of the nearest training example.',
  zh: '编码器不生成文本；`llm` 与 `gguf` 可以生成，`knn` 给出最近训练样例的文本。',
};

/** Why the others are not served. */
export const BERT_LACKS = {
  generation: NO_DECODER,
  instruction: NO_DECODER,
  'decision-tree': {
    en: 'It has no head for tree structure; `relation` builds chains of the triples that it finds.',
    zh: '没有预测树形结构的输出层；`relation` 将找到的三元组连成链。',
  },
} as const satisfies Readonly<Partial<Record<FamilyId, Text>>>;

export type BertFamily = (typeof BERT_FAMILIES)[number];

const isServed = (family: FamilyId): family is BertFamily => BERT_FAMILIES.some((one) => one === family);

/** A served family. `defineModel` has refused the others before. */
export function served(family: FamilyId): BertFamily {
  if (isServed(family)) return family;
  throw new Error(`bert does not serve ${family}`);
}
