import type { Device } from '../../autograd/index.ts';
import type { Schedule } from './schedule.ts';

/** How a model is fine-tuned. Everything here decides the result; a checkpoint of other settings is not gone on with. */
export interface TrainSettings {
  readonly seed: number;
  readonly epochs: number;
  /** Most sequences of a batch. */
  readonly batch: number;
  /** Most tokens of a batch, padding counted. */
  readonly tokens: number;
  /** Lengths that batches are padded to: at most so many. */
  readonly buckets: number;
  readonly rate: number;
  readonly headRate: number;
  readonly layerDecay: number;
  readonly schedule: Schedule;
  /** Share of all steps in which the rate rises. */
  readonly warmup: number;
  readonly weightDecay: number;
  /** Largest norm of the gradient; 0 for any. */
  readonly clip: number;
  /** Batches whose gradients make one step. */
  readonly accumulate: number;
  /** Dropouts before the head (multi-sample dropout). */
  readonly samples: number;
  /** Weight of R-Drop; 0 for none. */
  readonly rdrop: number;
  /** Size of FGM's perturbation of the word embeddings (Miyato et al. 2017); 0 for none. */
  readonly adversarial: number;
  /** Decay of the moving average of all weights, which is then what is evaluated and kept; 0 for none. */
  readonly ema: number;
  /** 1 freezes the embeddings, each further one a layer from below. */
  readonly freeze: number;
  /** Epochs without a better score on dev after which training stops; 0 for never. */
  readonly patience: number;
  readonly device: Device;
  readonly threads: number;
}

export const TRAIN_DEFAULTS: Omit<TrainSettings, 'seed' | 'threads'> = {
  epochs: 3,
  batch: 32,
  tokens: 4096,
  buckets: 12,
  rate: 5e-5,
  headRate: 5e-5,
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
