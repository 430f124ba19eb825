import { createHash } from 'node:crypto';
import { appendFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Device } from '../autograd/index.ts';
import type { Vocabulary } from '../encoders/tokenizers/vocabulary.ts';
import {
  adamw,
  addGradients,
  createTrained,
  decays,
  gradientNorm,
  type Trained,
  takeSums,
} from '../encoders/training/adamw.ts';
import { keepCheckpoint, latestCheckpoint } from '../encoders/training/checkpoint.ts';
import { createMasks } from '../encoders/training/dropout.ts';
import { createCrew } from '../encoders/training/kernels/pool.ts';
import { type Schedule, scheduleShare } from '../encoders/training/schedule.ts';
import { compileStep } from '../encoders/training/step.ts';
import { UserError } from '../ground/errors.ts';
import { makeDirectory } from '../ground/files.ts';
import { type BatchOptions, createBatches } from './objective/batch.ts';
import { createEvaluation, type PretrainingScores } from './objective/evaluate.ts';
import { isNextSentence, pretrainingFeeds, pretrainingHead } from './objective/head.ts';
import { mostMasked } from './objective/masking.ts';
import type { PretrainingText } from './objective/text.ts';
import type { Start } from './start.ts';

/** How a model is pretrained. Everything here decides the result; a checkpoint of other settings is not gone on with. */
export interface PretrainSettings {
  /** Updates in all. */
  readonly steps: number;
  readonly rate: number;
  readonly schedule: Schedule;
  /** Share of all steps in which the rate rises; 0 for none. */
  readonly warmup: number;
  readonly weightDecay: number;
  /** Largest norm of the gradient; 0 for any. */
  readonly clip: number;
  /** Batches whose gradients make one update. */
  readonly accumulate: number;
  /** Updates between two looks at held-out text. */
  readonly evaluateEvery: number;
  /** Held-out sequences that are looked at. */
  readonly evaluateOn: number;
  readonly device: Device;
  readonly threads: number;
}

export interface PretrainRequest {
  readonly start: Start;
  readonly vocabulary: Vocabulary;
  readonly train: PretrainingText;
  readonly heldOut: PretrainingText;
  readonly batches: BatchOptions;
  readonly settings: PretrainSettings;
  /** For checkpoints and `train.jsonl`. */
  readonly directory: string;
  /** Time between checkpoints, in milliseconds. */
  readonly checkpointEvery?: number;
  readonly onProgress?: (share: number, note: string) => void;
  readonly onScores?: (step: number, scores: PretrainingScores) => void;
  readonly signal?: AbortSignal;
}

export interface PretrainResult {
  /** Every parameter of the start, by name. */
  readonly weights: ReadonlyMap<string, Float32Array>;
  /** On held-out text, at the end; absent where nothing was held out. */
  readonly scores?: PretrainingScores;
}

interface State {
  readonly fingerprint: string;
  /** Updates made. */
  step: number;
  /** Sums of losses since the last line of the log. */
  sums: { loss: number; masked: number; next: number; batches: number };
  logBytes: number;
  scores: PretrainingScores | null;
}

const CHECKPOINT_EVERY_MS = 10 * 60_000;
const LOG_STEPS = 10;
const NO_SUMS = { loss: 0, masked: 0, next: 0, batches: 0 } as const;

/**
 * Pretrains encoder, masked-token head and next-sentence head. Stopped by a signal or killed, and called again with the
 * same request, it goes on from the last checkpoint and ends with the same weights, bit for bit, on the same machine.
 * Throws the reason of `signal`, after a checkpoint; a UserError where the corpus fills no batch (`corpus-too-small`),
 * sequences are longer than the model's (`max-length`), or the loss grows beyond numbers (`diverged`).
 */
export async function pretrain(request: PretrainRequest): Promise<PretrainResult> {
  const { start, vocabulary, train, heldOut, batches, settings, directory, onProgress, signal } = request;
  const { checkpointEvery = CHECKPOINT_EVERY_MS } = request;
  const { steps, accumulate, device, threads } = settings;
  const { config } = start;
  if (batches.maxLength > config.maxPositions) {
    throw new UserError(
      'max-length',
      `The model reads ${config.maxPositions} tokens, not ${batches.maxLength}`,
      {
        hint: 'Give a smaller --max-length.',
      },
    );
  }
  const { batch: batchOf, stepsPerEpoch } = createBatches(train, vocabulary, batches);
  await makeDirectory(directory);
  const logFile = join(directory, 'train.jsonl');

  // parameters, and the graphs that train and judge them
  const shapes = new Map(Array.from(start.tensors, ([name, { shape }]) => [name, shape]));
  const wanted = [...shapes].filter(([name]) => batches.nextSentence || !isNextSentence(name));
  const trained = createTrained(new Map(wanted), { sum: accumulate > 1 });
  const weights: Record<string, Float32Array> = Object.fromEntries(
    Array.from(start.tensors, ([name, { data }]) => [name, data]),
  );
  for (const { name, value } of trained) {
    value.data.set(weights[name]);
    weights[name] = value.data;
  }
  const places = batches.batchSize * mostMasked(batches.maxLength);
  const graph = await compileStep({
    config,
    head: pretrainingHead(config, { places, nextSentence: batches.nextSentence }),
    batch: batches.batchSize,
    length: batches.maxLength,
    shapes,
    trained: new Set(trained.map(({ name }) => name)),
    dropout: true,
    device,
    threads,
  });
  const parts = batches.nextSentence ? ['masked', 'next'] : ['masked'];
  const masks = createMasks([graph.sites], batches.seed);
  await using crew = createCrew([masks.area, ...trained.map(({ value }) => value)], threads);
  const evaluate = await createEvaluation({
    ...{ config, shapes, heldOut, vocabulary, batches, device, threads },
    sequences: settings.evaluateOn,
  });

  // where an earlier call came to
  const fingerprint = fingerprintOf(request);
  const found = await latestCheckpoint<State>(
    directory,
    (state) => state.fingerprint === fingerprint,
    (file, why) => onProgress?.(0, `${file}: ${why}; passed over`),
  );
  const state: State = found?.state ?? {
    fingerprint,
    step: 0,
    sums: { ...NO_SUMS },
    logBytes: 0,
    scores: null,
  };
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
  const save = (): Promise<void> => {
    const arrays = trained.flatMap((one) =>
      savedParts(one).map(([part, { data }]) => [`${part} ${one.name}`, data] as const),
    );
    return keepCheckpoint(directory, state.step, state, new Map(arrays));
  };
  const judge = async (): Promise<void> => {
    if (!evaluate) return;
    state.scores = await evaluate(weights, signal);
    await log({ step: state.step, heldOut: shareOf(state.scores) });
    request.onScores?.(state.step, state.scores);
  };

  const began = { step: state.step, at: performance.now() };
  let [saved, since, tokens] = [began.at, began.at, 0];
  if (state.step === 0) await judge();
  while (state.step < steps) {
    if (signal?.aborted) {
      await save();
      signal.throwIfAborted();
    }
    for (let i = 0; i < accumulate; i++) {
      const number = state.step * accumulate + i;
      const batch = batchOf(number);
      const feeds = { ...weights, ...pretrainingFeeds(batch), ...masks.fill(graph.sites, number, crew) };
      const out = await graph.run(feeds, trained, parts);
      if (accumulate > 1) addGradients(trained, i === 0, crew);
      state.sums.loss += Number(out.loss[0]);
      state.sums.masked += Number(out.masked[0]);
      state.sums.next += Number(out.next?.[0] ?? 0);
      state.sums.batches++;
      tokens += batch.attention.reduce((sum, one) => sum + one, 0);
    }
    if (accumulate > 1) takeSums(trained, crew);
    const norm = gradientNorm(trained, crew) / accumulate;
    if (!(Number.isFinite(norm) && Number.isFinite(state.sums.loss))) throw diverged(state.step + 1);
    const clipped = settings.clip > 0 ? Math.min(1, settings.clip / (norm + 1e-6)) : 1;
    const rate = settings.rate * scheduleShare(settings.schedule, state.step + 1, steps, settings.warmup);
    adamw(
      trained,
      {
        step: state.step + 1,
        scale: clipped / accumulate,
        rate: () => rate,
        decay: (name) => (decays(name) ? settings.weightDecay : 0),
      },
      crew,
    );
    state.step++;

    const last = state.step === steps;
    if (state.step % LOG_STEPS === 0 || last) {
      const { batches: seen, ...sums } = state.sums;
      const [loss, masked, next] = [sums.loss, sums.masked, sums.next].map((sum) => sum / seen);
      const now = performance.now();
      const tokensPerSecond = Math.round((tokens * 1000) / (now - since));
      const secondsLeft = ((now - began.at) / (state.step - began.step) / 1000) * (steps - state.step);
      const epoch = (state.step * accumulate) / stepsPerEpoch;
      const entry = { step: state.step, epoch, loss, masked, ...(batches.nextSentence && { next }) };
      await log({ ...entry, rate, norm, tokensPerSecond, secondsLeft: Math.round(secondsLeft) });
      onProgress?.(
        state.step / steps,
        `step ${state.step}/${steps}, epoch ${epoch.toFixed(2)}, loss ${loss.toFixed(4)}, ${tokensPerSecond} tokens/s, ${formatTime(secondsLeft)} left`,
      );
      state.sums = { ...NO_SUMS };
      [since, tokens] = [now, 0];
    }
    if (last || state.step % settings.evaluateEvery === 0) {
      await judge();
      since += performance.now() - since;
      tokens = 0;
    }
    if (last || performance.now() - saved > checkpointEvery) {
      await save();
      saved = performance.now();
    }
    await setImmediate(); // lets Ctrl-C in
  }
  return { weights: new Map(Object.entries(weights)), scores: state.scores ?? undefined };
}

/** What of a parameter must survive: gradients are made anew. */
const savedParts = ({ value, mean, variance }: Trained): [string, Trained['value']][] => [
  ['value', value],
  ['mean', mean],
  ['variance', variance],
];

/** Scores as shares of 1, for the log; `null` where there was nothing to judge. */
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

function fingerprintOf({ start, train, heldOut, batches, settings }: PretrainRequest): string {
  const hash = createHash('sha256').update(JSON.stringify([start.config, batches, settings]));
  const bytes = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
    new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
  for (const [name, { data }] of start.tensors) hash.update(name).update(bytes(data));
  for (const { tokens, marks, sentenceStarts, documentStarts } of [train, heldOut])
    for (const part of [tokens, marks, sentenceStarts, documentStarts]) hash.update(bytes(part));
  return hash.digest('hex');
}

const diverged = (step: number): UserError =>
  new UserError('diverged', `The loss is no longer a number at step ${step}`, {
    hint: 'Lower the learning rate (--rate), or give it more warmup (--warmup).',
  });

function formatTime(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
