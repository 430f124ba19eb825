import type { FamilyId } from '../../tasks/examples.ts';
import type { Parameters } from '../contract.ts';

/** Flags of the model. 0 or '' means: as is best for the family (`FAMILY_DEFAULTS`), or as the weights say. */
export const BERT_DEFAULTS = {
  /** Folder of pretrained weights; empty for random ones. */
  init: '',
  /** For random weights: the size of the model. */
  layers: 4,
  hidden: 256,
  heads: 0,
  /** For random weights: a vocab.txt; empty for the characters of the training texts. */
  vocab: '',
  epochs: 0,
  /** Most tokens that all epochs together train on: where there are more, a sample of the examples is learnt from. 0: all. */
  budget: 0,
  /** For entities: copies of the training texts with mentions exchanged; -1: fifteen for random weights, else none. */
  copies: -1,
  /** For entities: 1 where token types tell of words and known mentions, 0 where not; -1: 1 for random weights. */
  evidence: -1,
  batch: 0,
  /** Most tokens of a batch. */
  tokens: 4096,
  'max-length': 0,
  /** Tokens that neighbouring windows of a long text share. */
  overlap: 32,
  rate: 0,
  /** Learning rate of the head; 0 for ten times the encoder's where the head is a CRF or a span head, else the encoder's. */
  'head-rate': 0,
  'layer-decay': 1,
  schedule: 'linear',
  warmup: 0.1,
  /** -1: 0.2 for entities from random weights, else 0.01. */
  'weight-decay': -1,
  clip: 1,
  accumulate: 1,
  smoothing: 0,
  /** Weighs classes by the inverse square root of how often they occur. */
  'class-weights': false,
  fgm: 0,
  rdrop: 0,
  samples: 1,
  ema: 0,
  freeze: 0,
  patience: 0,
  dropout: -1,
  /** For entities: crf, softmax or span. */
  head: 'crf',
  /** For ranking: listwise or pairwise. */
  'ranking-loss': 'listwise',
  /** For ranking: documents of a query that are trained on together. */
  documents: 8,
  device: 'cpu',
  dtype: 'fp32',
  /** 0 for one a core. */
  threads: 0,
  'checkpoint-minutes': 10,
} as const satisfies Parameters;

export interface FamilyDefaults {
  readonly epochs: number;
  readonly batch: number;
  readonly maxLength: number;
}

/** From pretrained weights: the customs of BERT fine-tuning. */
export const FAMILY_DEFAULTS: Readonly<Record<FamilyId, FamilyDefaults>> = {
  ner: { epochs: 8, batch: 32, maxLength: 128 },
  similarity: { epochs: 3, batch: 32, maxLength: 128 },
  inference: { epochs: 3, batch: 32, maxLength: 256 },
  classification: { epochs: 5, batch: 32, maxLength: 128 },
  multilabel: { epochs: 8, batch: 32, maxLength: 256 },
  ranking: { epochs: 3, batch: 32, maxLength: 128 },
  relation: { epochs: 20, batch: 16, maxLength: 128 },
  dialogue: { epochs: 8, batch: 32, maxLength: 128 },
};

/**
 * From random weights everything must be learnt: longer, in smaller steps of a higher rate, and without dropout, which
 * makes it slower still (cMedQANER, 4 × 256, after 8 passes: 66.4 on dev with it, 70.7 without).
 */
export const FROM_RANDOM = {
  epochs: 2,
  batch: 8,
  rate: 7e-4,
  dropout: 0,
  /** For entities. */
  copies: 15,
  weightDecay: 0.2,
} as const;
/**
 * The custom for BERT-base is 3e-5 at a width of 768. Narrower models want higher rates: 2.7e-4 at 256, 1.7e-5 at 1024.
 */
export const pretrainedRate = (hidden: number): number => 3e-5 * (768 / hidden) ** 2;
