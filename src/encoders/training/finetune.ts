import { createHash } from 'node:crypto';
import { largest } from '../../ground/largest.ts';
import type { EncoderConfig } from '../architectures/architecture.ts';
import { architectureOf } from '../architectures/registry.ts';
import type { TrainableHead } from '../heads/head.ts';
import { createForward, type Forward } from '../inference/forward.ts';
import { chooseBuckets, encoderFeeds, type Sequence } from '../inference/sequences.ts';
import type { Tensor } from '../weights/stored.ts';
import { type Batch, bucketsWorth, planEpoch, shapeOf } from './batches.ts';
import { TRAINING_VERSION } from './record.ts';
import type { TrainSettings } from './settings.ts';
import {
  type BatchObjective,
  type BatchSource,
  type Evaluator,
  type TrainedModel,
  type TrainingRun,
  trainModel,
} from './trainer.ts';

/** A training item: one sequence, or several that only have a meaning together. */
export interface Item<Target> {
  readonly rows: readonly { readonly sequence: Sequence; readonly target: Target }[];
}

/** The score on dev, larger is better. `weights` has all parameters of the evaluated model. */
export type EvaluateOnDev<Answer> = (
  forward: Forward<Answer>,
  weights: ReadonlyMap<string, Float32Array>,
) => Promise<number>;

export interface TrainRequest<Target, Answer> extends TrainingRun<number> {
  readonly config: EncoderConfig;
  readonly head: TrainableHead<Target, Answer>;
  /** All parameters of encoder and head, with their initial values. */
  readonly initial: ReadonlyMap<string, Tensor>;
  readonly items: readonly Item<Target>[];
  /** Absent if there is no dev split. */
  readonly evaluate?: EvaluateOnDev<Answer>;
  readonly settings: TrainSettings;
}

export interface TrainResult {
  readonly weights: ReadonlyMap<string, Float32Array>;
  /** Score of the kept weights; NaN without dev. */
  readonly score: number;
  readonly epoch: number;
}

/**
 * Fine-tunes encoder and head on labelled items, and keeps the weights of the epoch with the best score on dev. See
 * `trainModel` for resuming and errors.
 */
export async function train<Target, Answer>(request: TrainRequest<Target, Answer>): Promise<TrainResult> {
  const { settings, evaluate } = request;
  const { weights, best } = await trainModel({
    model: trainedModel(request),
    batches: epochsOf(request.items, settings),
    objective: objectiveOf(request),
    evaluator: evaluate && devEvaluator(request, evaluate),
    settings,
    seed: settings.seed,
    fingerprint: fingerprintOf(request),
    run: request,
  });
  return { weights, score: best.score, epoch: evaluate ? best.epoch : settings.epochs };
}

/** Frozen layers, layer-wise learning rates, and the head's own. */
function trainedModel<Target, Answer>({
  config,
  initial,
  settings,
}: TrainRequest<Target, Answer>): TrainedModel {
  const { depth, isPooler } = architectureOf(config).parameters;
  const { learningRate, headLearningRate, layerDecay, freeze } = settings;
  const top = config.layers + 1;
  return {
    config,
    initial,
    isTrained: (name) => depth(config, name) >= freeze,
    learningRate(name) {
      const own = depth(config, name);
      const isHead = own === top && !isPooler(name);
      return isHead ? headLearningRate : learningRate * layerDecay ** (top - own);
    },
  };
}

/** Shuffled batches of items of similar length, epoch after epoch. */
export function epochsOf(items: readonly Item<unknown>[], settings: TrainSettings): BatchSource<Batch> {
  const { seed, epochs, accumulate, batch: rows, tokens } = settings;
  const lengths = items.map((item) => Math.max(...item.rows.map(({ sequence }) => sequence.ids.length)));
  const counts = items.map((item) => item.rows.length);
  const total = epochs * lengths.reduce((sum, length, i) => sum + length * counts[i], 0);
  const buckets = chooseBuckets(lengths, bucketsWorth(total, settings.buckets));
  const plan = { buckets, rows, least: largest(counts, 1), tokens, seed };
  let current = { epoch: 0, batches: planEpoch(lengths, counts, 0, plan) };
  return {
    updates: epochs * Math.ceil(current.batches.length / accumulate),
    epochs,
    shapes: buckets.map((length) => shapeOf(length, plan)),
    at({ epoch, batch }) {
      if (epoch !== current.epoch) current = { epoch, batches: planEpoch(lengths, counts, epoch, plan) };
      const { batches } = current;
      const end = Math.min(batch + accumulate, batches.length);
      const endsEpoch = end === batches.length;
      return {
        batches: batches.slice(batch, end),
        next: endsEpoch ? { epoch: epoch + 1, batch: 0 } : { epoch, batch: end },
        share: (epoch + end / batches.length) / epochs,
        epoch,
        endsEpoch,
        evaluate: endsEpoch,
        done: endsEpoch && epoch + 1 >= epochs,
      };
    },
  };
}

/** The head's loss on the targets of a batch's items. */
export function objectiveOf<Target, Answer>({
  config,
  head,
  items,
}: Pick<TrainRequest<Target, Answer>, 'config' | 'head' | 'items'>): BatchObjective<Batch> {
  return {
    loss: head,
    parts: [],
    *feeds(batches) {
      const targetsOf = (batch: Batch) =>
        batch.items.flatMap((item) => items[item].rows.map(({ target }) => target));
      const total = batches.reduce((sum, batch) => sum + head.weight(targetsOf(batch)), 0);
      for (const batch of batches) {
        const sequences = batch.items.flatMap((item) => items[item].rows.map(({ sequence }) => sequence));
        const tokens = sequences.map(({ ids }) => ids.length);
        yield {
          ...encoderFeeds(sequences, batch, config.padTokenId),
          ...head.targets(targetsOf(batch), batch, tokens, total),
        };
      }
    },
  };
}

/** Answers on dev after every epoch; the best weights are kept. */
function devEvaluator<Target, Answer>(
  { config, head, initial, settings }: TrainRequest<Target, Answer>,
  evaluate: EvaluateOnDev<Answer>,
): Evaluator<number> {
  const { device, threads, patience } = settings;
  const shapes = new Map(Array.from(initial, ([name, { shape }]) => [name, shape]));
  const forward = createForward(head, { config, shapes, device, threads, weights: {} });
  return {
    initially: false,
    evaluate: (weights, signal) =>
      evaluate(
        (sequences, run) => forward(sequences, { signal, weights, ...run }),
        new Map(Object.entries(weights)),
      ),
    line: (dev, { epoch, best }) => ({ epoch, dev, best }),
    selection: { quality: (score) => score, patience },
  };
}

function fingerprintOf<Target, Answer>({
  config,
  initial,
  items,
  settings,
}: TrainRequest<Target, Answer>): string {
  const hash = createHash('sha256').update(JSON.stringify([TRAINING_VERSION, config, settings]));
  for (const [name, { data }] of initial) {
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  for (const { rows } of items) {
    for (const { sequence, target } of rows) {
      hash.update(sequence.ids).update(sequence.types);
      hash.update(JSON.stringify(target instanceof Int32Array ? Array.from(target) : target));
    }
  }
  return hash.digest('hex');
}
