import { namedModels } from '../../encoders/folder/find.ts';
import type { GivenParameters } from '../../ground/parameters.ts';
import type { FamilyId } from '../../tasks/examples.ts';
import type { QuickLook } from '../contract.ts';
import { type BertFamily, served } from './families.ts';

/** The pretrained model that comes with the package. */
const SHIPPED_MODEL = 'cbert-tiny';

/** Tokens to train on: about fifteen seconds of one core for a model of 4 × 256. */
const BUDGET = 30_000;

/** With long texts, a few are seen often; with many pairs, each is seen once. */
const EPOCHS: Readonly<Record<BertFamily, number>> = {
  ner: 4,
  similarity: 1,
  inference: 4,
  classification: 4,
  multilabel: 4,
  ranking: 1,
  relation: 8,
  dialogue: 2,
  'dialogue-acts': 4,
  'mention-status': 4,
  normalisation: 1,
  event: 8,
  causal: 8,
};

/** Windows of dialogues are full: in batches of eight, they would spend the budget in about thirty updates. */
const BATCHES: Readonly<Partial<Record<BertFamily, number>>> = { dialogue: 2 };
const BATCH = 8;

/**
 * For a model of that size; one thread, so that several train side by side and every machine computes the same bits.
 */
const parametersOf = (family: FamilyId): GivenParameters => ({
  init: SHIPPED_MODEL,
  tokenBudget: BUDGET,
  epochs: EPOCHS[served(family)],
  learningRate: 5e-4,
  batchSize: BATCHES[served(family)] ?? BATCH,
  copies: 0,
  lexiconFeatures: false,
  threads: 1,
});

/**
 * Fine-tunes the shipped model on a sample of the training examples, on the first task of each family, so that all of
 * this and the baselines take three minutes on two cores, released corpora included. Undefined if that model is absent.
 */
export function quickLook(): QuickLook | undefined {
  if (!namedModels().some(({ name }) => name === SHIPPED_MODEL)) return undefined;
  return {
    parameters: parametersOf,
    oncePerFamily: true,
    note: (evaluations) => ({
      en: `${evaluations} of these evaluations fine-tune ${SHIPPED_MODEL} on a sample of the examples. On two cores everything takes up to three minutes; kept runs take no time.`,
      zh: `其中 ${evaluations} 次评测在部分样本上微调 ${SHIPPED_MODEL}：两核上共需三分钟以内，已保存的运行立即给出结果。`,
    }),
  };
}
