import { existsSync, readdirSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { loadFolder } from '../encoders/folder/load.ts';
import { saveFolder } from '../encoders/folder/save.ts';
import { sentenceFiles } from '../encoders/folder/sentence-files.ts';
import { requireTied } from '../encoders/heads/decoder.ts';
import type { Tokenizer } from '../encoders/tokenizers/tokenizer.ts';
import { describeEvent } from '../encoders/training/events.ts';
import { removeCheckpoints } from '../encoders/training/record.ts';
import { EXIT, UserError } from '../ground/errors.ts';
import { acquireLock } from '../ground/lock.ts';
import { AUTO, type Parsed, withDefaults } from '../ground/parameters.ts';
import { lockOf } from '../ground/staging.ts';
import type { PretrainingScores } from './objective/evaluate.ts';
import type { Observer } from './observer.ts';
import { CHECKPOINTS, HARDWARE, LEARNING_RATES, SHAPE, START, TRAINING } from './parameters.ts';
import { type Preparation, type PreparationOptions, preparePretraining } from './prepare.ts';
import { type Start, startFrom, startFromNothing, withDropout } from './start.ts';
import { type PretrainSettings, pretrain } from './train.ts';

/** A pretraining run; left out are the defaults of `parameters.ts`. */
export interface PretrainingRun {
  readonly data: PreparationOptions;
  /** The model folder to write; it may hold nothing but an interrupted run. */
  readonly out: string;
  readonly start?: Partial<Parsed<typeof START>>;
  /** Of a new model; a model that is continued keeps its own. */
  readonly shape?: Partial<Parsed<typeof SHAPE>>;
  readonly training?: Partial<Parsed<typeof TRAINING>>;
  readonly hardware?: Partial<Parsed<typeof HARDWARE>>;
  readonly checkpoints?: Partial<Parsed<typeof CHECKPOINTS>>;
}

export interface PretrainingObserver extends Observer {
  /** Called after each evaluation on held-out text. */
  readonly onScores?: (step: number, scores: PretrainingScores) => void;
}

export interface PretrainedFolder {
  readonly out: string;
  readonly steps: number;
  /** On held-out text, at the end; absent where nothing was held out. */
  readonly scores?: PretrainingScores;
}

/** Below `out` during and after training: checkpoints, which are deleted at the end, and `train.jsonl`, which stays. */
export const WORK = 'pretraining';

/**
 * Pretrains a BERT and writes a Hugging Face folder that `transformers` and `bert:DIR` load. Interrupted and called
 * again with the same options, it resumes and ends with the same bytes.
 * Throws a UserError: `folder-not-empty`, `in-use` while another process writes this folder, `bad-options`, and those of `preparePretraining` and `pretrain`.
 */
export async function pretrainToFolder(
  run: PretrainingRun,
  { signal, onProgress, onNote, onScores }: PretrainingObserver = {},
): Promise<PretrainedFolder> {
  const { out } = run;
  const directory = join(out, WORK);
  await using _lock = await acquireLock(lockOf(await realpath(out).catch(() => out)));
  refuseOccupied(out);
  const { init, dropout } = withDefaults(START, run.start);
  if (init !== undefined && run.data.vocabulary?.vocab !== undefined) throw twoVocabularies();
  const settings = settingsOf(run, init !== undefined);
  const { checkpointMinutes } = withDefaults(CHECKPOINTS, run.checkpoints);

  const base = init === undefined ? undefined : await loadFolder(init);
  if (base) requireTied(base.config, base.tensors, base.file);
  // in a corpus `[SEP]` written out is text; to those who use the model it is a token
  const data = await preparePretraining(run.data, {
    signal,
    onNote,
    tokenizer: base?.tokenizer.reading('as-text'),
  });
  const tokenizer = base?.tokenizer ?? data.tokenizer.reading('as-token');
  const first = base
    ? startFrom(base, data.batches.seed, data.train.tokens)
    : startFresh(tokenizer, withDefaults(SHAPE, run.shape), data);
  const rate = dropout === AUTO && !base ? 0 : dropout;
  const start = rate === AUTO ? first : withDropout(first, rate);
  const { weights, scores } = await pretrain({
    start,
    vocabulary: data.tokenizer.vocabulary,
    train: data.train,
    heldOut: data.heldOut,
    batches: data.batches,
    settings,
    directory,
    checkpointEvery: checkpointMinutes * 60_000,
    onEvent(event) {
      if (event.kind === 'score') onScores?.(event.step, event.scores);
      const note = describeEvent(event);
      if (note) onProgress?.(event.kind === 'step' ? event.share : 0, note);
    },
    signal,
  });
  const tensors = new Map(
    Array.from(start.tensors, ([name, { shape }]) => [name, { shape, data: weights.get(name)! }]),
  );
  // a continued model keeps its own dropout for fine-tuning
  const { config } = base ? first : start;
  const sentence = base ? await sentenceFiles(dirname(base.file)) : undefined;
  await saveFolder(out, { config, tensors, tokenizer }, sentence);
  await removeCheckpoints(directory);
  return { out, steps: settings.steps, scores };
}

function settingsOf(run: PretrainingRun, isContinued: boolean): PretrainSettings {
  const { learningRate, ...training } = withDefaults(TRAINING, run.training);
  const { device, threads } = withDefaults(HARDWARE, run.hardware);
  const usual = isContinued ? LEARNING_RATES.further : LEARNING_RATES.fresh;
  return {
    ...training,
    learningRate: learningRate === AUTO ? usual : learningRate,
    device,
    threads: threads === AUTO ? availableParallelism() : threads,
  };
}

function startFresh(
  tokenizer: Tokenizer,
  shape: Parsed<typeof SHAPE>,
  { batches, train }: Preparation,
): Start {
  const { layers, hidden, heads, maxPositions: positions } = shape;
  const sizes = { layers, hidden, positions, heads: heads === AUTO ? undefined : heads };
  return startFromNothing(tokenizer, sizes, batches.seed, train.tokens);
}

/** Throws a UserError `folder-not-empty` for a folder with anything but an interrupted run. */
export function refuseOccupied(out: string): void {
  const names = existsSync(out) ? readdirSync(out) : [];
  if (!names.includes('config.json') && (names.length === 0 || names.includes(WORK))) return;
  throw new UserError(
    'folder-not-empty',
    { en: 'The folder holds a model or other files', zh: '目录中已有模型或其他文件' },
    { file: out, hint: { en: 'Choose a new folder.', zh: '请换一个目录。' } },
  );
}

const twoVocabularies = (): UserError =>
  new UserError(
    'bad-options',
    {
      en: 'A model that is continued keeps its vocabulary: --init excludes --vocab',
      zh: '继续预训练沿用原模型的词表：--init 与 --vocab 不能同时使用',
    },
    { hint: { en: 'Drop one of the two.', zh: '请去掉其中一个。' }, exitCode: EXIT.usage },
  );
