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

export type BertFamily = (typeof BERT_FAMILIES)[number];

const isServed = (family: FamilyId): family is BertFamily => BERT_FAMILIES.some((one) => one === family);

/** A served family. `defineModel` has refused the others before. */
export function served(family: FamilyId): BertFamily {
  if (isServed(family)) return family;
  throw new Error(`bert does not serve ${family}`);
}
