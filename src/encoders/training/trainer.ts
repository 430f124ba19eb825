import { setImmediate } from 'node:timers/promises';
import type { Device, Tensors } from '../../autograd/index.ts';
import { UserError } from '../../ground/errors.ts';
import type { EncoderConfig, Shapes } from '../architectures/architecture.ts';
import type { BatchShape } from '../architectures/graph.ts';
import type { Loss } from '../heads/head.ts';
import type { Tensor } from '../weights/stored.ts';
import { adamw, gradientNorm, moveAverages } from './adamw.ts';
import { type BatchRows, createBackward, passesOf } from './backward.ts';
import { createMasks } from './dropout.ts';
import type { TrainingEvent } from './events.ts';
import { createPool } from './kernels/pool.ts';
import { type ModelParameters, prepareParameters, weightDecayOf } from './parameters.ts';
import { noSums, openRecord, type Position, type Sums, type TrainingRecord } from './record.ts';
import { type Schedule, scheduleShare } from './schedule.ts';
import { compileSteps, type Step } from './step.ts';

/** How weights are updated. Everything here determines the result: checkpoints of other settings are not resumed. */
export interface TrainerSettings {
  readonly learningRate: number;
  readonly schedule: Schedule;
  /** Share of all updates in which the learning rate rises; 0 for none. */
  readonly warmup: number;
  readonly weightDecay: number;
  /** Maximum norm of the gradient; 0 for no clipping. */
  readonly clip: number;
  /** Batches per update. */
  readonly accumulate: number;
  /** Multi-sample dropout (Inoue 2019): dropouts before the head; default 1. */
  readonly samples?: number;
  /** R-Drop (Wu et al. 2021): weight of the divergence; default 0, none. */
  readonly rdrop?: number;
  /** FGM (Miyato et al. 2017): size of the perturbation of the word embeddings; default 0, none. */
  readonly adversarial?: number;
  /** Decay of the moving average of the weights, which is then evaluated and kept; default 0, none. */
  readonly ema?: number;
  readonly device: Device;
  readonly threads: number;
}

/** The weights to start from, and which of them are trained. */
export interface TrainedModel {
  readonly config: EncoderConfig;
  /** All parameters of encoder and head, with their initial values. */
  readonly initial: ReadonlyMap<string, Tensor>;
  isTrained(name: string): boolean;
  /** Learning rate of a parameter before the schedule. */
  learningRate(name: string): number;
}

/** The batches of one update. */
export interface Update<Batch> {
  readonly batches: readonly Batch[];
  /** The position of the next update. */
  readonly next: Position;
  /** Share of the training that is done after it, 0 to 1. */
  readonly share: number;
  /** For the log: the index of the epoch, or passes over the text. */
  readonly epoch: number;
  /** Whether it ends an epoch, and is logged for that; whether the model is evaluated then; whether training ends. */
  readonly endsEpoch: boolean;
  readonly evaluate: boolean;
  readonly done: boolean;
}

/** Batches in a reproducible order. */
export interface BatchSource<Batch> {
  /** Updates in all, as planned for the schedule. */
  readonly updates: number;
  readonly epochs?: number;
  /** Every shape that a batch may have; lengths differ. */
  readonly shapes: readonly BatchShape[];
  at(position: Position): Update<Batch>;
}

/** The objective to minimise. */
export interface BatchObjective<Batch> {
  readonly loss: Loss;
  /** Outputs of `loss` that are reported besides the total, scalars. */
  readonly parts: readonly string[];
  /**
   * The inputs of encoder and loss for each batch of an update, one after another. The losses of the batches add up to
   * that of the update: one batch of all their examples would have it.
   */
  feeds(batches: readonly Batch[]): Iterable<Tensors>;
}

/** All parameters of a model by name. */
export type Weights = Readonly<Record<string, Float32Array>>;

/** How a model is evaluated in the course of training. */
export interface Evaluator<Scores> {
  /** Whether the initial weights are evaluated, too. */
  readonly initially: boolean;
  evaluate(weights: Weights, signal?: AbortSignal): Promise<Scores>;
  /** Fields of the line in `train.jsonl`, besides the step. */
  line(scores: Scores, at: { readonly epoch: number; readonly best: number }): object;
  /** Keeps the best weights instead of the last ones. */
  readonly selection?: {
    /** Larger is better. */
    quality(scores: Scores): number;
    /** Training stops after this number of epochs without a better score; 0: never. */
    readonly patience: number;
  };
}

/** The files of training and its observer. */
export interface TrainingRun<Scores = unknown> {
  /** For checkpoints, the best weights, and `train.jsonl`. */
  readonly directory: string;
  /** Minimum time between checkpoints within an epoch, in milliseconds; default 10 minutes. */
  readonly checkpointEvery?: number;
  /** Removes checkpoints of earlier runs instead of resuming from them. */
  readonly force?: boolean;
  /** Called once training works on copies of the initial weights, which need not be kept from then on. */
  readonly onCopied?: () => void;
  readonly onEvent?: (event: TrainingEvent<Scores>) => void;
  readonly signal?: AbortSignal;
}

export interface TrainerRequest<Batch extends BatchRows, Scores> {
  readonly model: TrainedModel;
  readonly batches: BatchSource<Batch>;
  readonly objective: BatchObjective<Batch>;
  readonly evaluator?: Evaluator<Scores>;
  readonly settings: TrainerSettings;
  /** Seed of the dropout masks. */
  readonly seed: number;
  /** Hash of everything that determines the result: a checkpoint with another one is not resumed. */
  readonly fingerprint: string;
  readonly run: TrainingRun<Scores>;
}

export interface TrainerResult<Scores> {
  /** All parameters: the best where the evaluator selects, else the last. */
  readonly weights: ReadonlyMap<string, Float32Array>;
  /** Score of the last evaluation; undefined if there was none. */
  readonly scores: Scores | undefined;
  /** Score and number of epochs of the weights; NaN without selection. */
  readonly best: { readonly score: number; readonly epoch: number };
}

const CHECKPOINT_EVERY_MS = 10 * 60_000;
const LOG_STEPS = 10;

/**
 * Trains a model: forward and backward over the batches of an update, clipping, AdamW, moving average, log, evaluation,
 * checkpoint. Killed at any moment and called again with the same request, it resumes from the last checkpoint and ends
 * with the same weights, bit for bit, on the same machine. Throws the reason of the signal, after a checkpoint; a UserError
 * where the loss is no longer finite (`diverged`) or FGM would perturb frozen embeddings (`frozen-embeddings`).
 */
export async function trainModel<Batch extends BatchRows, Scores>(
  request: TrainerRequest<Batch, Scores>,
): Promise<TrainerResult<Scores>> {
  const { model, batches, evaluator, settings, run } = request;
  const { clip, ema = 0, schedule, warmup } = settings;
  const parameters = prepareParameters(model, {
    sum: settings.accumulate * passesOf(settings) > 1,
    average: ema > 0,
    tied: request.objective.loss.tied,
  });
  const { trained, evaluated } = parameters;
  const shapes = new Map(Array.from(model.initial, ([name, { shape }]) => [name, shape]));
  run.onCopied?.();
  const steps = await stepsOf(request, shapes, new Set(trained.map(({ name }) => name)));
  const sites = Array.from(steps.values(), (step) => step.sites);
  const masks = createMasks(sites, request.seed);
  await using pool = createPool([masks.area, ...trained.map(({ value }) => value)], settings.threads);
  const record = await openRecord<Scores>(run, request.fingerprint, trained);
  const { state } = record;
  const backward = createBackward(request, { parameters, steps, masks, pool });
  const decay = weightDecayOf(model, settings.weightDecay);
  const clock = createClock(state.step, batches.updates);

  if (evaluator?.initially && state.step === 0) await evaluate(request, record, parameters);
  while (!state.done) {
    if (run.signal?.aborted) await record.save();
    run.signal?.throwIfAborted();
    const update = batches.at(state.position);
    const sums = await backward(update.batches, state.step);
    addTo(state.sums, sums);
    clock.count(sums.tokens);

    const step = state.step + 1;
    const norm = gradientNorm(trained, pool);
    if (!Number.isFinite(norm) || !Number.isFinite(state.sums.loss)) throw diverged(step);
    const scale = clip > 0 ? Math.min(1, clip / (norm + 1e-6)) : 1;
    const share = scheduleShare(schedule, Math.min(step, batches.updates), batches.updates, warmup);
    adamw(trained, { step, scale, rate: (name) => share * model.learningRate(name), decay }, pool);
    if (ema > 0) moveAverages(trained, ema, pool);
    Object.assign(state, { step, position: update.next, done: update.done });

    if (step % LOG_STEPS === 0 || update.endsEpoch) {
      const learningRate = share * settings.learningRate;
      await report(request, record, { update, learningRate, norm, ...clock.read(step) });
    }
    if (update.evaluate) {
      await evaluate(request, record, parameters);
      clock.restart();
    }
    await saveIfDue(request, record, { evaluated: update.evaluate, clock });
    await setImmediate(); // lets Ctrl-C in
  }
  // before anything else is read: their memory is the largest part after the parameters
  for (const step of steps.values()) await step.release();
  const best = evaluator?.selection ? await record.readBest() : [];
  if (evaluator?.selection) await record.finish();
  const weights = new Map([...Object.entries(evaluated), ...best]);
  return { weights, scores: state.scores ?? undefined, best: state.best };
}

/** The step for every shape of batch, by length. */
async function stepsOf<Batch extends BatchRows, Scores>(
  { model, batches, objective, settings, run }: TrainerRequest<Batch, Scores>,
  shapes: Shapes,
  trained: ReadonlySet<string>,
): Promise<ReadonlyMap<number, Step>> {
  const { samples, rdrop, device, threads } = settings;
  const options = { config: model.config, head: objective.loss, shapes, trained, dropout: true };
  const steps = await compileSteps(batches.shapes, { ...options, samples, rdrop, device, threads });
  run.signal?.throwIfAborted();
  for (const { batch, length } of batches.shapes) run.onEvent?.({ kind: 'compiled', batch, length });
  return new Map(steps.map((step) => [step.length, step]));
}

function addTo(sums: Sums, { updates, loss, parts, tokens, padded }: Sums): void {
  sums.updates += updates;
  sums.loss += loss;
  for (const [part, value] of Object.entries(parts)) sums.parts[part] = (sums.parts[part] ?? 0) + value;
  sums.tokens += tokens;
  sums.padded += padded;
}

/** Writes a checkpoint after every evaluation and from time to time; after training, `finish` keeps only what is needed. */
async function saveIfDue<Batch extends BatchRows, Scores>(
  { evaluator, run }: TrainerRequest<Batch, Scores>,
  { state, save }: TrainingRecord<Scores>,
  { evaluated, clock }: { readonly evaluated: boolean; readonly clock: ReturnType<typeof createClock> },
): Promise<void> {
  if (state.done && evaluator?.selection) return;
  if (!evaluated && !clock.isCheckpointDue(run.checkpointEvery)) return;
  await save();
  clock.checkpointed();
}

/** Measures speed, without evaluations, and the time that is left. */
function createClock(first: number, updates: number) {
  const started = performance.now();
  let [since, saved, tokens] = [started, started, 0];
  const restart = (): void => {
    [since, tokens] = [performance.now(), 0];
  };
  return {
    count(more: number) {
      tokens += more;
    },
    read(step: number) {
      const now = performance.now();
      const tokensPerSecond = Math.round((tokens * 1000) / (now - since));
      const secondsLeft = ((now - started) / 1000 / (step - first)) * Math.max(0, updates - step);
      restart();
      return { tokensPerSecond, secondsLeft: Math.round(secondsLeft) };
    },
    restart,
    isCheckpointDue: (every = CHECKPOINT_EVERY_MS) => performance.now() - saved > every,
    checkpointed() {
      saved = performance.now();
    },
  };
}

interface Reported {
  readonly update: Update<unknown>;
  readonly learningRate: number;
  /** Norm of the gradient before clipping. */
  readonly norm: number;
  readonly tokensPerSecond: number;
  readonly secondsLeft: number;
}

/** A line of the log and an event with the means since the last one. */
async function report<Batch extends BatchRows, Scores>(
  { batches, run }: TrainerRequest<Batch, Scores>,
  { state, log }: TrainingRecord<Scores>,
  { update, learningRate, norm, tokensPerSecond, secondsLeft }: Reported,
): Promise<void> {
  const { step, sums, best } = state;
  const { share, epoch } = update;
  const loss = sums.loss / sums.updates;
  const parts = Object.fromEntries(
    Object.entries(sums.parts).map(([part, sum]) => [part, sum / sums.updates]),
  );
  const padding = 1 - sums.tokens / sums.padded;
  await log({ step, epoch, loss, ...parts, rate: learningRate, norm, padding });
  run.onEvent?.({
    kind: 'step',
    ...{ share, step, steps: batches.updates, epoch, epochs: batches.epochs, loss, parts },
    ...{ tokensPerSecond, secondsLeft },
    best: Number.isNaN(best.score) ? undefined : best.score,
  });
  state.sums = noSums();
}

/** Evaluates the weights, keeps them where they are the best, and stops training that no longer improves. */
async function evaluate<Batch extends BatchRows, Scores>(
  { evaluator, run }: TrainerRequest<Batch, Scores>,
  { state, log, keepBest }: TrainingRecord<Scores>,
  { trained, evaluated }: ModelParameters,
): Promise<void> {
  if (!evaluator) return;
  const { selection } = evaluator;
  const scores = await evaluator.evaluate(evaluated, run.signal);
  const quality = selection?.quality(scores);
  const { epoch } = state.position;
  state.scores = scores;
  if (quality !== undefined && !(quality <= state.best.score)) {
    state.best = { score: quality, epoch };
    await keepBest(new Map(trained.map(({ name }) => [name, evaluated[name]])));
  }
  if (selection && selection.patience > 0 && epoch - state.best.epoch >= selection.patience)
    state.done = true;
  await log({ step: state.step, ...evaluator.line(scores, { epoch, best: state.best.score }) });
  run.onEvent?.({ kind: 'score', step: state.step, epoch, scores, quality });
}

const diverged = (step: number): UserError =>
  new UserError(
    'diverged',
    {
      en: `The loss or its gradient is no longer finite at step ${step}`,
      zh: `第 ${step} 步的损失或梯度不再是有限数值`,
    },
    {
      hint: {
        en: 'Lower the learning rate, or increase the warmup.',
        zh: '请降低学习率，或加长预热。',
      },
    },
  );
