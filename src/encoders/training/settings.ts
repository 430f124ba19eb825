import type { TrainerSettings } from './trainer.ts';

/** How a model is fine-tuned. Everything here determines the result: checkpoints of other settings are not resumed. */
export interface TrainSettings extends Required<TrainerSettings> {
  readonly seed: number;
  readonly epochs: number;
  /** Maximum sequences per batch. */
  readonly batch: number;
  /** Maximum tokens per batch, including padding. */
  readonly tokens: number;
  /** Maximum number of lengths that batches are padded to. */
  readonly buckets: number;
  /** Learning rate of the head; `learningRate` is the encoder's. */
  readonly headLearningRate: number;
  /** Every layer's learning rate is this share of the one above it (Howard & Ruder 2018); 1 for equal rates. */
  readonly layerDecay: number;
  /** 1 freezes the embeddings, each further one a layer from below. */
  readonly freeze: number;
  /** Epochs without a better score on dev after which training stops; 0 for never. */
  readonly patience: number;
}

export const TRAIN_DEFAULTS: Omit<TrainSettings, 'seed' | 'threads'> = {
  epochs: 3,
  batch: 32,
  tokens: 4096,
  buckets: 12,
  learningRate: 5e-5,
  headLearningRate: 5e-5,
  layerDecay: 1,
  schedule: 'linear',
  warmup: 0.1,
  weightDecay: 0.01,
  clip: 1,
  accumulate: 1,
  samples: 1,
  rdrop: 0,
  adversarial: 0,
  ema: 0,
  freeze: 0,
  patience: 0,
  device: 'cpu',
};
