import { createHash } from 'node:crypto';
import { appendFile, mkdir, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tensors } from '../../autograd/index.ts';
import { UserError } from '../../ground/errors.ts';
import type { BertConfig } from '../architectures/bert/config.ts';
import { EMBEDDINGS } from '../architectures/bert/graph.ts';
import type { Head } from '../heads/head.ts';
import { createForward, type Forward } from '../inference/forward.ts';
import { chooseBuckets, encoderFeeds, type Sequence } from '../inference/sequences.ts';
import {
  adamw,
  addGradients,
  createTrained,
  decays,
  gradientNorm,
  moveAverages,
  type Trained,
  takeSums,
} from './adamw.ts';
import { type Batch, bucketsWorth, planEpoch, shapeOf } from './batches.ts';
import { keepCheckpoint, latestCheckpoint, readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { createMasks } from './dropout.ts';
import { createCrew } from './kernels/pool.ts';
import { perturb } from './perturb.ts';
import { isFrozen, rateOf, scheduleShare } from './schedule.ts';
import type { TrainSettings } from './settings.ts';
import { compileStep, type Step } from './step.ts';

/** What is trained on as a whole: one sequence, or several that only mean something together. */
export interface Item<Target> {
  readonly rows: readonly { readonly sequence: Sequence; readonly target: Target }[];
}

export interface TrainRequest<Target, Answer> {
  readonly config: BertConfig;
  readonly head: Head<Target, Answer>;
  /** All parameters of encoder and head, with their first values. */
  readonly initial: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;
  readonly items: readonly Item<Target>[];
  /** The score on dev, larger is better; absent where there is no dev. */
  readonly evaluate?: (
    forward: Forward<Answer>,
    weights: ReadonlyMap<string, Float32Array>,
  ) => Promise<number>;
  readonly settings: TrainSettings;
  /** For checkpoints, the best weights, and `train.jsonl`. */
  readonly directory: string;
  /** Time between checkpoints, in milliseconds; one is written after every epoch too. */
  readonly checkpointEvery?: number;
  readonly onProgress?: (share: number, note: string) => void;
  readonly signal?: AbortSignal;
}

export interface TrainResult {
  readonly weights: ReadonlyMap<string, Float32Array>;
  /** Of the weights that were kept; NaN without dev. */
  readonly score: number;
  readonly epoch: number;
}

/** Where training stands. */
interface State {
  /** What data and settings it belongs to. */
  readonly fingerprint: string;
  /** Updates made. */
  step: number;
  epoch: number;
  /** Batches of this epoch that are done. */
  batch: number;
  best: { score: number; epoch: number };
  logBytes: number;
  done: boolean;
}

const CHECKPOINT_EVERY_MS = 10 * 60_000;
const LOG_STEPS = 10;

/**
 * Fine-tunes encoder and head. Killed at any moment and called again with the same request, it goes on from the last
 * checkpoint and ends with the same weights, bit for bit, on the same machine. Throws the reason of `signal`.
 */
export async function train<Target, Answer>(request: TrainRequest<Target, Answer>): Promise<TrainResult> {
  const { config, head, initial, items, evaluate, settings, directory, onProgress, signal } = request;
  const { checkpointEvery = CHECKPOINT_EVERY_MS } = request;
  const { seed, epochs, accumulate, device, threads } = settings;
  await mkdir(directory, { recursive: true });
  const logFile = join(directory, 'train.jsonl');
  const bestFile = join(directory, 'best.bin');

  const lengths = items.map(({ rows }) => Math.max(...rows.map(({ sequence }) => sequence.ids.length)));
  const counts = items.map(({ rows }) => rows.length);
  const tokens = epochs * lengths.reduce((sum, length, i) => sum + length * counts[i], 0);
  const buckets = chooseBuckets(lengths, bucketsWorth(tokens, settings.buckets));
  const plan = { buckets, rows: settings.batch, least: Math.max(...counts), tokens: settings.tokens, seed };
  const shapes = new Map([...initial].map(([name, { shape }]) => [name, shape]));
  const passes = settings.adversarial > 0 ? 2 : 1;
  const several = accumulate * passes > 1;
  const trained = createTrained(
    new Map([...shapes].filter(([name]) => !isFrozen(name, config.layers, settings.freeze))),
    { sum: several, average: settings.ema > 0 },
  );
  const weights: Record<string, Float32Array> = Object.fromEntries(
    [...initial].map(([name, { data }]) => [name, data]),
  );
  for (const { name, value, average } of trained) {
    value.data.set(weights[name]);
    average?.data.set(weights[name]);
    weights[name] = value.data;
  }
  const averaged = { ...weights };
  for (const { name, average } of trained) if (average) averaged[name] = average.data;

  const common = {
    config,
    head,
    shapes,
    device,
    threads,
    dropout: true,
    trained: new Set(trained.map(({ name }) => name)),
  };
  const steps = new Map<number, Step>();
  for (const length of buckets) {
    signal?.throwIfAborted();
    const { samples, rdrop } = settings;
    steps.set(
      length,
      await compileStep({ ...common, ...shapeOf(length, plan), samples, rdrop, arena: buckets.length === 1 }),
    );
  }
  const masks = createMasks(
    [...steps.values()].map(({ sites }) => sites),
    seed,
  );
  await using crew = createCrew([masks.area, ...trained.map(({ value }) => value)], threads);
  const forward = createForward<Answer>(head as Head<never, Answer>, {
    config,
    shapes,
    device,
    threads,
    weights: averaged,
  });
  const perEpoch = Math.ceil(planEpoch(lengths, counts, 0, plan).length / accumulate);

  const fingerprint = fingerprintOf(request);
  const fresh: State = {
    fingerprint,
    step: 0,
    epoch: 0,
    batch: 0,
    best: { score: Number.NaN, epoch: 0 },
    logBytes: 0,
    done: false,
  };
  const found = await latestCheckpoint<State>(
    directory,
    (state) => state.fingerprint === fingerprint,
    (file, why) => onProgress?.(0, `${file}: ${why}; passed over`),
  );
  const state: State = found
    ? { ...found.state, best: { ...found.state.best, score: Number(found.state.best.score ?? Number.NaN) } }
    : fresh;
  for (const one of trained) {
    for (const [part, block] of savedParts(one))
      if (found) block.data.set(found.arrays.get(`${part} ${one.name}`)!);
  }
  if (found) await truncate(logFile, state.logBytes).catch(() => undefined);
  else await rm(logFile, { force: true });

  const log = async (entry: object): Promise<void> => {
    const line = `${JSON.stringify(entry)}\n`;
    await appendFile(logFile, line);
    state.logBytes += Buffer.byteLength(line);
  };
  const save = (): Promise<void> =>
    keepCheckpoint(
      directory,
      state.step,
      state,
      new Map(
        trained.flatMap((one) =>
          savedParts(one).map(([part, { data }]) => [`${part} ${one.name}`, data] as const),
        ),
      ),
    );
  const keptWeights = (): Map<string, Float32Array> =>
    new Map(trained.map(({ name }) => [name, averaged[name]]));

  /** Loss and gradients of one batch, added to those before it where several make a step. */
  const accumulateBatch = async (batch: Batch, count: number, first: boolean): Promise<number> => {
    const step = steps.get(batch.length)!;
    const rows = batch.items.flatMap((item) => items[item].rows);
    const sequences = rows.map(({ sequence }) => sequence);
    const targets = rows.map(({ target }) => target);
    const tokens = sequences.map(({ ids }) => ids.length);
    const feeds: Tensors = {
      ...weights,
      ...encoderFeeds(sequences, step, config.padTokenId),
      ...head.targets(targets, step, tokens),
    };
    const { loss } = await step.run({ ...feeds, ...masks.fill(step.sites, count * passes, crew) }, trained);
    if (several) addGradients(trained, first, crew);
    if (settings.adversarial > 0) {
      const words = trained.find(({ name }) => name === EMBEDDINGS.words);
      if (!words)
        throw new UserError('frozen-embeddings', 'FGM perturbs the word embeddings, which are frozen');
      const restore = perturb(words, sequences, config.hiddenSize, settings.adversarial);
      await step.run({ ...feeds, ...masks.fill(step.sites, count * passes + 1, crew) }, trained);
      restore();
      addGradients(trained, false, crew);
    }
    return Number(loss[0]);
  };

  let lastSave = performance.now();
  const started = performance.now();
  const startedAt = state.epoch * perEpoch;
  while (!state.done) {
    const batches = planEpoch(lengths, counts, state.epoch, plan);
    let [losses, seen, real, padded, since] = [0, 0, 0, 0, performance.now()];
    while (state.batch < batches.length) {
      signal?.throwIfAborted();
      const group = batches.slice(state.batch, state.batch + accumulate);
      for (const [i, batch] of group.entries()) {
        losses += await accumulateBatch(batch, state.step * accumulate + i, i === 0);
        seen++;
        padded += batch.batch * batch.length;
        for (const item of batch.items)
          for (const { sequence } of items[item].rows) real += sequence.ids.length;
      }
      if (several) takeSums(trained, crew);
      state.step++;
      state.batch += group.length;
      const norm = settings.clip > 0 ? gradientNorm(trained, crew) / group.length : 0;
      if (!Number.isFinite(norm)) throw diverged(state.step);
      const share = scheduleShare(
        settings.schedule,
        Math.min(state.step, epochs * perEpoch),
        epochs * perEpoch,
        settings.warmup,
      );
      adamw(
        trained,
        {
          step: state.step,
          scale: Math.min(1, settings.clip > 0 ? settings.clip / (norm + 1e-6) : 1) / group.length,
          rate: (name) => share * rateOf(name, config.layers, settings),
          decay: (name) => (decays(name) ? settings.weightDecay : 0),
        },
        crew,
      );
      if (settings.ema > 0) moveAverages(trained, settings.ema, crew);

      const last = state.batch >= batches.length;
      if (state.step % LOG_STEPS === 0 || last) {
        if (!Number.isFinite(losses)) throw diverged(state.step);
        const seconds = (performance.now() - since) / 1000;
        const work = (state.epoch + state.batch / batches.length) / epochs;
        const left =
          ((performance.now() - started) / Math.max(1, state.step - startedAt)) *
          (epochs * perEpoch - state.step);
        const tokensPerSecond = Math.round(real / seconds);
        await log({
          step: state.step,
          epoch: state.epoch,
          loss: losses / seen,
          rate: share * settings.rate,
          norm,
          padding: 1 - real / padded,
          tokensPerSecond,
        });
        const score = Number.isNaN(state.best.score) ? '' : `, best ${state.best.score.toFixed(4)}`;
        onProgress?.(
          work,
          `epoch ${state.epoch + 1}/${epochs}, step ${state.step}, loss ${(losses / seen).toFixed(4)}${score}, ${tokensPerSecond} tokens/s, ${formatTime(left)} left`,
        );
        [losses, seen, real, padded, since] = [0, 0, 0, 0, performance.now()];
      }
      if (!last && performance.now() - lastSave > checkpointEvery) {
        await save();
        lastSave = performance.now();
      }
    }

    state.epoch++;
    state.batch = 0;
    const asked: Forward<Answer> = (sequences, run) => forward(sequences, { signal, ...run });
    const score = evaluate ? await evaluate(asked, new Map(Object.entries(averaged))) : Number.NaN;
    if (!evaluate || !(score <= state.best.score)) {
      state.best = { score, epoch: state.epoch };
      await writeCheckpoint(bestFile, { fingerprint, epoch: state.epoch }, keptWeights());
    }
    if (evaluate) await log({ step: state.step, epoch: state.epoch, dev: score, best: state.best.score });
    state.done =
      state.epoch >= epochs || (settings.patience > 0 && state.epoch - state.best.epoch >= settings.patience);
    await save();
    lastSave = performance.now();
  }
  const best = await readCheckpoint(bestFile);
  return { weights: new Map([...Object.entries(weights), ...best.arrays]), ...state.best };
}

/** What of a parameter must survive: gradients are made anew. */
const savedParts = ({ value, mean, variance, average }: Trained): [string, Trained['value']][] => [
  ['value', value],
  ['mean', mean],
  ['variance', variance],
  ...(average ? [['average', average] as [string, Trained['value']]] : []),
];

function fingerprintOf<Target>({
  config,
  initial,
  items,
  settings,
}: Pick<TrainRequest<Target, unknown>, 'config' | 'initial' | 'items' | 'settings'>): string {
  const hash = createHash('sha256').update(JSON.stringify([config, settings]));
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

const diverged = (step: number): UserError =>
  new UserError('diverged', `The loss is no longer a number at step ${step}`, {
    hint: 'Lower the learning rate.',
  });

function formatTime(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  return minutes > 0 ? `${minutes} min` : `${Math.ceil(ms / 1000)} s`;
}
