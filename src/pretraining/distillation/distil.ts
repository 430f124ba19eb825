import { createHash } from 'node:crypto';
import { compile } from '../../autograd/index.ts';
import { encoderFrame } from '../../encoders/architectures/frame.ts';
import { fillNormal } from '../../encoders/architectures/initial.ts';
import { architectureOf } from '../../encoders/architectures/registry.ts';
import type { Model } from '../../encoders/folder/save.ts';
import { TRAINING_VERSION } from '../../encoders/training/record.ts';
import {
  type BatchSource,
  type Evaluator,
  type TrainerSettings,
  type TrainingRun,
  trainModel,
} from '../../encoders/training/trainer.ts';
import type { Tensor } from '../../encoders/weights/read.ts';
import { counted } from '../../ground/counted.ts';
import { UserError } from '../../ground/errors.ts';
import { evenSteps } from '../even-steps.ts';
import {
  alignedTokens,
  distillationFeeds,
  distillationLoss,
  PROJECTION,
  type ReadTwice,
  TEACHER,
} from './objective.ts';
import { createTextBatches, readTwice } from './texts.ts';

/** How a student is trained. Everything here determines the result: checkpoints of other settings are not resumed. */
export interface DistillationSettings extends TrainerSettings {
  readonly steps: number;
  readonly evaluateEvery: number;
  readonly evaluateSequences: number;
  /** Tokens per text, texts per batch. */
  readonly maxLength: number;
  readonly batchSize: number;
  readonly seed: number;
}

export interface DistillationRequest extends TrainingRun<number> {
  readonly student: Model;
  readonly teacher: Model;
  readonly train: readonly string[];
  readonly heldOut: readonly string[];
  readonly settings: DistillationSettings;
}

export interface Distilled {
  /** The encoder of the student, by name: without projection and heads. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Mean cosine of the hidden states on held-out text; absent if nothing was held out. */
  readonly cosine?: number;
}

interface Read {
  readonly batch: number;
  readonly length: number;
  readonly rows: number;
  readonly texts: readonly ReadTwice[];
}

/**
 * Trains a student to have the hidden states of a teacher, token by token; the vocabularies may differ. The pooler and
 * heads of both are left out. See `trainModel` for resuming. Throws the reason of the signal, after a checkpoint; a
 * UserError where the texts fill no batch (`corpus-too-small`), are longer than either encoder accepts (`max-length`), or
 * the loss is no longer finite (`diverged`).
 */
export async function distil(request: DistillationRequest): Promise<Distilled> {
  const { student, teacher, settings, heldOut } = request;
  const { config } = student;
  const positions = Math.min(config.maxPositions, teacher.config.maxPositions);
  if (settings.maxLength > positions) throw tooLong(settings.maxLength, positions);
  const initial = parametersOf(request);
  const configs = [config, teacher.config] as const;
  const { weights, scores } = await trainModel<Read, number>({
    model: {
      config,
      initial,
      isTrained: (name) => !name.startsWith(TEACHER),
      learningRate: () => settings.learningRate,
    },
    batches: stepsOf(request),
    objective: {
      loss: distillationLoss(config, teacher.config),
      parts: [],
      *feeds(batches) {
        const total = batches.reduce((sum, { texts }) => sum + alignedTokens(texts), 0);
        for (const { texts, batch, length } of batches)
          yield distillationFeeds(texts, { batch, length }, configs, total);
      },
    },
    evaluator: heldOut.length > 0 ? await heldOutEvaluator(request, initial) : undefined,
    settings,
    seed: settings.seed,
    fingerprint: fingerprintOf(request, initial),
    run: request,
  });
  const own = [...initial].filter(([name]) => !name.startsWith(TEACHER) && !name.startsWith(PROJECTION));
  return {
    tensors: new Map(own.map(([name, { shape }]) => [name, { shape, data: weights.get(name)! }])),
    cosine: scores,
  };
}

/** The encoders of both, the teacher's under separate names, and a projection where their widths differ. */
function parametersOf({ student, teacher, settings }: DistillationRequest): Map<string, Tensor> {
  const all = new Map<string, Tensor>();
  for (const [{ config, tensors }, prefix] of [
    [student, ''],
    [teacher, TEACHER],
  ] as const) {
    const { isEncoder } = architectureOf(config).parameters;
    for (const [name, tensor] of tensors) if (isEncoder(name)) all.set(prefix + name, tensor);
  }
  const [from, to] = [student.config.hiddenSize, teacher.config.hiddenSize];
  if (from !== to) {
    const data = new Float32Array(from * to);
    fillNormal(data, 1 / Math.sqrt(from), settings.seed, PROJECTION);
    all.set(`${PROJECTION}.weight`, { shape: [to, from], data });
  }
  return all;
}

function stepsOf({ student, teacher, train, settings }: DistillationRequest): BatchSource<Read> {
  const { steps, accumulate, evaluateEvery, maxLength, batchSize, seed } = settings;
  const texts = createTextBatches(train, batchSize, seed);
  if (texts.perEpoch === 0) throw tooSmall(train.length, batchSize);
  const tokenizers = [student.tokenizer, teacher.tokenizer] as const;
  return evenSteps({
    ...{ steps, accumulate, evaluateEvery },
    shape: { batch: batchSize, length: maxLength },
    batchesPerEpoch: texts.perEpoch,
    batchAt: (index) => ({
      texts: texts.at(index).map((text) => readTwice(text, tokenizers, maxLength)),
    }),
  });
}

/** The mean cosine on held-out texts, always the same, without dropout. */
async function heldOutEvaluator(
  { student, teacher, heldOut, settings }: DistillationRequest,
  initial: ReadonlyMap<string, Tensor>,
): Promise<Evaluator<number>> {
  const { batchSize, maxLength: length, evaluateSequences, device, threads } = settings;
  const batch = Math.min(batchSize, heldOut.length);
  const shapes = new Map(Array.from(initial, ([name, { shape }]) => [name, shape]));
  const frame = encoderFrame({ config: student.config, shapes, batch, length });
  const { outputs } = distillationLoss(student.config, teacher.config);
  const program = await compile(outputs(frame.encode()), { device, threads, arena: false });
  const texts = heldOut
    .slice(0, Math.max(batch, evaluateSequences))
    .map((text) => readTwice(text, [student.tokenizer, teacher.tokenizer], length));
  const total = alignedTokens(texts);
  return {
    initially: true,
    async evaluate(weights, signal) {
      let apart = 0;
      for (let from = 0; from < texts.length; from += batch) {
        signal?.throwIfAborted();
        const part = texts.slice(from, from + batch);
        const feeds = distillationFeeds(part, { batch, length }, [student.config, teacher.config], total);
        apart += Number((await program.run({ ...weights, ...feeds })).apart[0]);
      }
      return 1 - apart;
    },
    line: (cosine) => ({ heldOut: { cosine } }),
  };
}

function fingerprintOf(
  { student, teacher, train, heldOut, settings }: DistillationRequest,
  initial: ReadonlyMap<string, Tensor>,
): string {
  const hash = createHash('sha256').update(
    JSON.stringify([TRAINING_VERSION, student.config, teacher.config, settings, train, heldOut]),
  );
  for (const [name, { data }] of initial)
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return hash.digest('hex');
}

const tooSmall = (texts: number, size: number): UserError =>
  new UserError(
    'corpus-too-small',
    {
      en: `The corpus has ${counted(texts, 'text')} to train on, less than a batch of ${size}`,
      zh: `语料只有 ${texts} 条训练文本，不足一批（${size}）`,
    },
    {
      hint: {
        en: 'Reduce --batch-size or --held-out, or build a larger corpus.',
        zh: '请减小 --batch-size 或 --held-out，或构建更大的语料。',
      },
    },
  );

const tooLong = (asked: number, positions: number): UserError =>
  new UserError(
    'max-length',
    {
      en: `Texts of ${asked} tokens are longer than the ${positions} that both encoders accept`,
      zh: `文本长度 ${asked} 超过两个编码器共同的上限 ${positions}`,
    },
    { hint: { en: 'Reduce --max-length.', zh: '请减小 --max-length。' } },
  );
