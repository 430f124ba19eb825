import { createHash } from 'node:crypto';
import type { EncoderConfig } from '../encoders/architectures/architecture.ts';
import { architectureOf } from '../encoders/architectures/registry.ts';
import type { Vocabulary } from '../encoders/tokenizers/vocabulary.ts';
import { TRAINING_VERSION } from '../encoders/training/record.ts';
import {
  type BatchObjective,
  type BatchSource,
  type Evaluator,
  type TrainerSettings,
  type TrainingRun,
  trainModel,
} from '../encoders/training/trainer.ts';
import { UserError } from '../ground/errors.ts';
import { evenSteps } from './even-steps.ts';
import { type BatchOptions, createBatches, type PretrainingBatch } from './masks/batch.ts';
import { mostMasked } from './masks/masking.ts';
import type { PretrainingText } from './masks/text.ts';
import { createEvaluation, type PretrainingScores } from './objective/evaluate.ts';
import { isNextSentence, pretrainingFeeds, pretrainingHead, pretrainingTotals } from './objective/head.ts';
import type { Start } from './start.ts';

/** How a model is pretrained. Everything here determines the result: checkpoints of other settings are not resumed. */
export interface PretrainSettings extends TrainerSettings {
  /** Updates in all. */
  readonly steps: number;
  /** Updates between evaluations on held-out text. */
  readonly evaluateEvery: number;
  /** Held-out sequences per evaluation. */
  readonly evaluateSequences: number;
}

export interface PretrainRequest extends TrainingRun<PretrainingScores> {
  readonly start: Start;
  readonly vocabulary: Vocabulary;
  readonly train: PretrainingText;
  readonly heldOut: PretrainingText;
  readonly batches: BatchOptions;
  readonly settings: PretrainSettings;
}

export interface PretrainResult {
  /** Every parameter of the start, by name. */
  readonly weights: ReadonlyMap<string, Float32Array>;
  /** On held-out text, at the end; absent if nothing was held out. */
  readonly scores?: PretrainingScores;
}

/** A batch with its shape. */
interface Shaped {
  readonly batch: number;
  readonly length: number;
  readonly rows: number;
  readonly given: PretrainingBatch;
}

/**
 * Pretrains encoder, masked-token head and next-sentence head. See `trainModel` for resuming. Throws the reason of the
 * signal, after a checkpoint; a UserError where the corpus fills no batch (`corpus-too-small`), sequences are longer than
 * the model's (`max-length`), or the loss is no longer finite (`diverged`).
 */
export async function pretrain(request: PretrainRequest): Promise<PretrainResult> {
  const { start, batches, settings } = request;
  const { config } = start;
  requireTrainable(config, batches);
  const { weights, scores } = await trainModel({
    model: {
      config,
      initial: start.tensors,
      isTrained: (name) => batches.nextSentence || !isNextSentence(config, name),
      learningRate: () => settings.learningRate,
    },
    batches: stepsOf(request),
    objective: objectiveOf(request),
    evaluator: await heldOutEvaluator(request),
    settings,
    seed: batches.seed,
    fingerprint: fingerprintOf(request),
    run: request,
  });
  return { weights, scores };
}

/** Throws a UserError if a model cannot be pretrained on such batches: `max-length`, `no-next-sentence`. */
export function requireTrainable(config: EncoderConfig, { maxLength, nextSentence }: BatchOptions): void {
  if (maxLength > config.maxPositions) throw tooLong(maxLength, config.maxPositions);
  if (nextSentence && !architectureOf(config).heads.nextSentence) throw noNextSentence(config.modelType);
}

/** Masked batches of one shape, evaluated at regular intervals. */
function stepsOf({ train, vocabulary, batches, settings }: PretrainRequest): BatchSource<Shaped> {
  const { batch: batchOf, stepsPerEpoch } = createBatches(train, vocabulary, batches);
  const { steps, accumulate, evaluateEvery } = settings;
  return evenSteps({
    ...{ steps, accumulate, evaluateEvery },
    shape: { batch: batches.batchSize, length: batches.maxLength },
    batchesPerEpoch: stepsPerEpoch,
    batchAt: (index) => ({ given: batchOf(index) }),
  });
}

/** Masked tokens, and next sentences where pairs are made. */
export function objectiveOf({
  start,
  batches,
}: Pick<PretrainRequest, 'start' | 'batches'>): BatchObjective<Shaped> {
  const { nextSentence, batchSize, maxLength } = batches;
  const places = batchSize * mostMasked(maxLength);
  return {
    loss: pretrainingHead(start.config, { places, nextSentence }),
    parts: nextSentence ? ['masked', 'next'] : ['masked'],
    *feeds(batches) {
      const totals = pretrainingTotals(batches.map(({ given }) => given));
      for (const { given } of batches) yield pretrainingFeeds(given, totals);
    },
  };
}

/** Scores on held-out text; undefined if nothing was held out. */
async function heldOutEvaluator(request: PretrainRequest): Promise<Evaluator<PretrainingScores> | undefined> {
  const { start, heldOut, vocabulary, batches, settings } = request;
  const { device, threads, evaluateSequences: sequences } = settings;
  const shapes = new Map(Array.from(start.tensors, ([name, { shape }]) => [name, shape]));
  const { config } = start;
  const evaluate = await createEvaluation({
    ...{ config, shapes, heldOut, vocabulary, batches, sequences, device, threads },
  });
  return evaluate && { initially: true, evaluate, line: (scores) => ({ heldOut: shareOf(scores) }) };
}

/** Scores as shares of 1, for the log; `null` if there was nothing to evaluate. */
function shareOf({ loss, masked, kinds, next }: PretrainingScores): object {
  const share = ({ right, count }: { right: number; count: number }): number | null =>
    count > 0 ? right / count : null;
  const byKind = Object.fromEntries(Object.entries(kinds).map(([kind, one]) => [kind, share(one)]));
  return {
    loss,
    masked: share(masked),
    ...byKind,
    next: share(next),
    tokens: masked.count,
    pairs: next.count,
  };
}

/** A hash of all that decides weights and batches. */
export function fingerprintOf({
  start,
  train,
  heldOut,
  batches,
  settings,
}: Pick<PretrainRequest, 'start' | 'train' | 'heldOut' | 'batches'> & { readonly settings: object }): string {
  const hash = createHash('sha256').update(
    JSON.stringify([TRAINING_VERSION, start.config, batches, settings]),
  );
  const bytes = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
    new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
  for (const [name, { data }] of start.tensors) hash.update(name).update(bytes(data));
  for (const { tokens, marks, sentenceStarts, documentStarts } of [train, heldOut])
    for (const part of [tokens, marks, sentenceStarts, documentStarts]) hash.update(bytes(part));
  return hash.digest('hex');
}

const noNextSentence = (modelType: string): UserError =>
  new UserError(
    'no-next-sentence',
    {
      en: `The model type ${modelType} has no next-sentence head`,
      zh: `模型类型 ${modelType} 没有下一句预测头`,
    },
    { hint: { en: 'Pretrain with --no-next-sentence.', zh: '请用 --no-next-sentence 预训练。' } },
  );

const tooLong = (asked: number, positions: number): UserError =>
  new UserError(
    'max-length',
    {
      en: `Sequences of ${asked} tokens are longer than the model's maximum of ${positions}`,
      zh: `序列长度 ${asked} 超过模型上限 ${positions}`,
    },
    { hint: { en: 'Reduce --max-length.', zh: '请减小 --max-length。' } },
  );
