import { existsSync, readdirSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { saveFolder } from '../encoders/folder/save.ts';
import { describeEvent } from '../encoders/training/events.ts';
import { removeCheckpoints } from '../encoders/training/record.ts';
import { UserError } from '../ground/errors.ts';
import { acquireLock } from '../ground/lock.ts';
import { withDefaults } from '../ground/parameters.ts';
import { lockOf } from '../ground/staging.ts';
import type { PretrainingScores } from './objective/evaluate.ts';
import type { Observer } from './observer.ts';
import { openPretraining, type PretrainingRun } from './opened.ts';
import { CHECKPOINTS } from './parameters.ts';
import { pretrain } from './train.ts';

export interface PretrainingObserver extends Observer {
  /** Called after each evaluation on held-out text. */
  readonly onScores?: (step: number, scores: PretrainingScores) => void;
}

export interface PretrainedFolder {
  readonly out: string;
  readonly steps: number;
  /** On held-out text, at the end; absent if nothing was held out. */
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
  const { checkpointMinutes } = withDefaults(CHECKPOINTS, run.checkpoints);

  const { start, config, tokenizer, data, settings, extraFiles } = await openPretraining(run, {
    signal,
    onNote,
  });
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
  await saveFolder(out, { config, tensors, tokenizer }, extraFiles);
  await removeCheckpoints(directory);
  return { out, steps: settings.steps, scores };
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
