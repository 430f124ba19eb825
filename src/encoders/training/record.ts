import { appendFile, readdir, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { UserError } from '../../ground/errors.ts';
import { makeDirectory } from '../../ground/files.ts';
import type { Text } from '../../ground/language.ts';
import { markRestored, type Trained } from './adamw.ts';
import {
  type Arrays,
  type Checkpoint,
  isCheckpoint,
  keepCheckpoint,
  latestCheckpoint,
  readCheckpoint,
  writeCheckpoint,
} from './checkpoint.ts';
import type { TrainingRun } from './trainer.ts';

/** The position of training in the batches. */
export interface Position {
  readonly epoch: number;
  /** Batches of the epoch that are done. */
  readonly batch: number;
}

/** Sums since the last line of the log. */
export interface Sums {
  updates: number;
  loss: number;
  readonly parts: Record<string, number>;
  /** Tokens, and tokens with padding. */
  tokens: number;
  padded: number;
}

/** Part of every fingerprint and checkpoint: checkpoints of another way to train are not resumed. */
export const TRAINING_VERSION = 7;

/** The state of training: together with the arrays of the parameters, the content of a checkpoint. */
export interface State<Scores> {
  /** `TRAINING_VERSION` of the code that wrote it. */
  readonly version: number;
  readonly fingerprint: string;
  /** Updates made. */
  step: number;
  position: Position;
  sums: Sums;
  best: { readonly score: number; readonly epoch: number };
  /** Score of the last evaluation. */
  scores: Scores | null;
  logBytes: number;
  done: boolean;
}

export const noSums = (): Sums => ({ updates: 0, loss: 0, parts: {}, tokens: 0, padded: 0 });

/** The files of a training run: `train.jsonl`, checkpoints, and the best weights. */
export interface TrainingRecord<Scores> {
  readonly state: State<Scores>;
  /** Adds a line to `train.jsonl`. */
  log(entry: object): Promise<void>;
  /** Writes a checkpoint. */
  save(): Promise<void>;
  /** Replaces the checkpoints by one without arrays: the best weights are all that a finished training needs. */
  finish(): Promise<void>;
  keepBest(arrays: Arrays): Promise<void>;
  readBest(): Promise<Arrays>;
}

const LOG = 'train.jsonl';
const BEST = 'best.bin';

/** Restores state and parameters from the last checkpoint with this fingerprint, or starts from scratch. */
export async function openRecord<Scores>(
  { directory, force = false, onEvent }: TrainingRun<Scores>,
  fingerprint: string,
  trained: readonly Trained[],
): Promise<TrainingRecord<Scores>> {
  await makeDirectory(directory);
  const [logFile, bestFile] = [LOG, BEST].map((name) => join(directory, name));
  if (force) await removeCheckpoints(directory);
  const found = await latestCheckpoint<State<Scores>>(
    directory,
    (checkpoint) => objectionTo(checkpoint, { fingerprint, trained, bestFile }),
    (file, why) => onEvent?.({ kind: 'skipped', file, why }),
  );
  const state = found ? restored(found.state) : initialState<Scores>(fingerprint);
  if (found) {
    for (const [name, { data }] of savedBlocks(trained)) data.set(found.arrays.get(name) ?? data);
    trained.forEach(markRestored);
    await truncate(logFile, state.logBytes).catch(() => undefined);
    onEvent?.({ kind: 'resumed', step: state.step });
  } else await rm(logFile, { force: true });

  return {
    state,
    async log(entry) {
      const line = `${JSON.stringify(entry)}\n`;
      await appendFile(logFile, line);
      state.logBytes += Buffer.byteLength(line);
    },
    async save() {
      const arrays = savedBlocks(trained).map(([name, { data }]) => [name, data] as const);
      await keepCheckpoint(directory, state.step, state, new Map(arrays));
      onEvent?.({ kind: 'checkpoint', step: state.step });
    },
    async finish() {
      await keepCheckpoint(directory, state.step, state, new Map(), 1);
      onEvent?.({ kind: 'checkpoint', step: state.step });
    },
    keepBest: (arrays) => writeCheckpoint(bestFile, { fingerprint, epoch: state.best.epoch }, arrays),
    async readBest() {
      const best = await readCheckpoint<BestState>(bestFile);
      if (best.state.fingerprint === fingerprint && best.state.epoch === state.best.epoch) return best.arrays;
      throw otherBest(bestFile);
    },
  };
}

/** The header of `best.bin`. */
interface BestState {
  readonly fingerprint: string;
  readonly epoch: number;
}

const count = z.int().min(0);
/** The state that training resumes from; the scores are those of its evaluator. */
const stateJson = z.object({
  fingerprint: z.string(),
  step: count,
  position: z.object({ epoch: count, batch: count }),
  sums: z.object({
    updates: count,
    loss: z.number(),
    parts: z.record(z.string(), z.number()),
    tokens: count,
    padded: count,
  }),
  best: z.object({ score: z.number().nullable(), epoch: count }),
  logBytes: count,
  done: z.boolean(),
});

/** Why training does not resume from a checkpoint, if it does not. */
async function objectionTo<Scores>(
  { state, arrays }: Checkpoint<State<Scores>>,
  { fingerprint, trained, bestFile }: { fingerprint: string; trained: readonly Trained[]; bestFile: string },
): Promise<Text | undefined> {
  if (state.version !== TRAINING_VERSION)
    return { en: 'it was written by another version of chineseblue', zh: '由其他版本的 chineseblue 写成' };
  // finished: the best weights alone, which are checked below
  const finished = state.done && arrays.size === 0 && state.best.epoch > 0;
  const fits = savedBlocks(trained).every(([name, { data }]) => {
    if (finished) return true;
    const kept = arrays.get(name);
    return kept?.length === data.length && kept.every(Number.isFinite);
  });
  if (!stateJson.safeParse(state).success || state.fingerprint !== fingerprint || !fits)
    return { en: 'it belongs to other data or settings', zh: '数据或设置不同' };
  if (state.best.epoch === 0) return undefined;
  // a later epoch's best weights are made again, to the bit
  try {
    const best = await readCheckpoint<BestState>(bestFile);
    if (best.state.fingerprint === fingerprint && best.state.epoch >= state.best.epoch) return undefined;
    return { en: `${bestFile} belongs to another training run`, zh: `${bestFile} 属于另一次训练` };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { en: `${bestFile}: ${error.text.en}`, zh: `${bestFile}：${error.text.zh}` };
  }
}

const otherBest = (file: string): UserError =>
  new UserError(
    'checkpoint-damaged',
    {
      en: 'The best weights belong to another training run that uses the same directory',
      zh: '最优权重属于使用同一目录的另一次训练',
    },
    { file, hint: { en: 'Train again in a separate directory.', zh: '请换一个目录重新训练。' } },
  );

const initialState = <Scores>(fingerprint: string): State<Scores> => ({
  version: TRAINING_VERSION,
  fingerprint,
  step: 0,
  position: { epoch: 0, batch: 0 },
  sums: noSums(),
  best: { score: Number.NaN, epoch: 0 },
  scores: null,
  logBytes: 0,
  done: false,
});

/** JSON has no NaN. */
const restored = <Scores>(state: State<Scores>): State<Scores> => ({
  ...state,
  best: { ...state.best, score: state.best.score ?? Number.NaN },
});

/** The persistent arrays of the parameters; gradients are recomputed. */
const savedBlocks = (trained: readonly Trained[]): [name: string, block: Trained['value']][] =>
  trained.flatMap(({ name, value, mean, variance, average }) => [
    [`value ${name}`, value],
    [`mean ${name}`, mean],
    [`variance ${name}`, variance],
    ...(average ? [[`average ${name}`, average] satisfies [string, Trained['value']]] : []),
  ]);

/** Removes the checkpoints and the best weights of a training; its log stays. */
export async function removeCheckpoints(directory: string): Promise<void> {
  for (const name of await readdir(directory))
    if (name === BEST || isCheckpoint(name)) await rm(join(directory, name), { force: true });
}
