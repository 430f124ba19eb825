import type { BertFamily } from './families.ts';
import { type BertParameters, HEADS } from './parameters.ts';

export interface FamilyDefaults {
  readonly epochs: number;
  readonly batchSize: number;
  readonly maxLength: number;
  /**
   * Heads that start from scratch while the encoder is pretrained, and need a higher learning rate: CRFs, which
   * dialogues are counted among, and span heads do.
   */
  readonly headsFromScratch?: readonly BertParameters['head'][];
  /**
   * Only for texts with entities, which may have lexicon features and copies with other mentions: the default number of
   * copies for pretrained weights. Measured in docs/models/bert.md.
   */
  readonly copies?: number;
  /** One label of several for each sequence, whose logits may be adjusted to how often each occurs. */
  readonly oneLabel?: boolean;
}

/**
 * For pretrained weights: usual values of BERT fine-tuning, except for entities, whose corpora of one or two thousand texts
 * give too few updates in larger batches.
 */
export const FAMILY_DEFAULTS: Readonly<Record<BertFamily, FamilyDefaults>> = {
  ner: { epochs: 8, batchSize: 8, maxLength: 128, headsFromScratch: ['crf', 'span'], copies: 2 },
  similarity: { epochs: 3, batchSize: 32, maxLength: 128, oneLabel: true },
  inference: { epochs: 3, batchSize: 32, maxLength: 256, oneLabel: true },
  classification: { epochs: 5, batchSize: 32, maxLength: 128, oneLabel: true },
  multilabel: { epochs: 8, batchSize: 32, maxLength: 256 },
  ranking: { epochs: 3, batchSize: 32, maxLength: 128 },
  relation: { epochs: 20, batchSize: 16, maxLength: 128, headsFromScratch: HEADS },
  dialogue: { epochs: 8, batchSize: 8, maxLength: 128, headsFromScratch: HEADS },
  'dialogue-acts': { epochs: 3, batchSize: 32, maxLength: 128, oneLabel: true },
  'mention-status': { epochs: 3, batchSize: 32, maxLength: 128, oneLabel: true },
  normalisation: { epochs: 3, batchSize: 32, maxLength: 64 },
  event: { epochs: 20, batchSize: 16, maxLength: 128, headsFromScratch: HEADS },
  causal: { epochs: 20, batchSize: 16, maxLength: 256, headsFromScratch: HEADS },
};

/**
 * Random weights have everything to learn: they are trained for longer, in smaller steps at a higher learning rate, and
 * without dropout, which slows learning down (cMedQANER, 4 × 256, after 8 epochs: 66.4 on dev with it, 70.7 without).
 */
export const FROM_RANDOM = {
  layers: 4,
  hidden: 256,
  /** Factor on the epochs of the family. */
  epochs: 2,
  batchSize: 8,
  learningRate: 7e-4,
  dropout: 0,
  /** For entities. */
  copies: 15,
  /** For entities: without it, random weights overfit the copies. Not measured for other families. */
  weightDecay: 0.2,
} as const;

/** Sequences of a batch of a bi-encoder, whose texts are short and are each other's negatives. */
export const BI_ENCODER_BATCH = 64;

/** Weight decay of BERT itself. */
export const WEIGHT_DECAY = 0.01;

/** Factor on the learning rate for a head from scratch on a pretrained encoder. */
export const HEAD_FACTOR = 10;

/**
 * The usual learning rate of BERT-base is 3e-5 at a hidden size of 768. Smaller models need higher ones: 2.7e-4 at 256,
 * and 1.7e-5 at 1024.
 */
export const pretrainedLearningRate = (hidden: number): number => 3e-5 * (768 / hidden) ** 2;
