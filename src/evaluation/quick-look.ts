import type { Parameters } from '../models/contract.ts';
import type { FamilyId } from '../tasks/examples.ts';

/** The pretrained model that comes with the package. */
export const SHIPPED_MODEL = 'cbert-tiny';

export type QuickLook = Readonly<Record<FamilyId, Parameters>>;

/** Tokens to train on: about fifteen seconds of one core for a model of 4 × 256. */
const BUDGET = 30_000;
/** For a model of that size; one thread, so that several train side by side and every machine gets the same bits. */
const COMMON = { budget: BUDGET, rate: 5e-4, batch: 8, threads: 1 };
const once = { ...COMMON, epochs: 1 };
const twice = { ...COMMON, epochs: 2 };
const often = { ...COMMON, epochs: 4 };

/**
 * How the group `quick` fine-tunes the shipped model: on a sample of the training examples, on the first task of each
 * family, so that all of them and the baselines take three minutes on two cores, released corpora included. Where texts
 * are long few of them are seen often, where there are many pairs each is seen once.
 */
export const QUICK_LOOK: QuickLook = {
  ner: often,
  similarity: once,
  inference: often,
  classification: often,
  multilabel: often,
  ranking: once,
  relation: { ...COMMON, epochs: 8 },
  dialogue: twice,
};
