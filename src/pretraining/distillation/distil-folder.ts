import { realpath } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { architectureOf } from '../../encoders/architectures/registry.ts';
import { type LoadedFolder, loadFolder } from '../../encoders/folder/load.ts';
import { saveFolder } from '../../encoders/folder/save.ts';
import { sentenceFiles } from '../../encoders/folder/sentence-files.ts';
import { describeEvent } from '../../encoders/training/events.ts';
import { removeCheckpoints } from '../../encoders/training/record.ts';
import { acquireLock } from '../../ground/lock.ts';
import { AUTO, type Parsed, withDefaults } from '../../ground/parameters.ts';
import { lockOf } from '../../ground/staging.ts';
import { openCorpus, readCorpus } from '../corpus/shards.ts';
import type { Observer } from '../observer.ts';
import { BATCHES, CHECKPOINTS, HARDWARE, HELD_OUT, LEARNING_RATES, TRAINING } from '../parameters.ts';
import { refuseOccupied, WORK } from '../pretrain-folder.ts';
import { distil } from './distil.ts';
import { isHeldOut, packSentences } from './texts.ts';

/** A distillation; left out are the defaults of `parameters.ts`. */
export interface DistillationRun {
  /** A directory written by `buildCorpus`. */
  readonly corpus: string;
  readonly teacher: string;
  /** Any encoder folder or model name; its weights are what training starts from. */
  readonly student: string;
  /** The model folder to write; empty, or with an interrupted run. */
  readonly out: string;
  readonly batches?: Partial<Omit<Parsed<typeof BATCHES>, 'nextSentence'>>;
  readonly heldOut?: number;
  readonly training?: Partial<Parsed<typeof TRAINING>>;
  readonly hardware?: Partial<Parsed<typeof HARDWARE>>;
  readonly checkpoints?: Partial<Parsed<typeof CHECKPOINTS>>;
}

export interface DistilledFolder {
  readonly out: string;
  readonly steps: number;
  /** Mean cosine of hidden states on held-out text, at the end; absent if nothing was held out. */
  readonly cosine?: number;
}

export interface DistillationObserver extends Observer {
  /** Called after each evaluation on held-out text. */
  readonly onScore?: (step: number, cosine: number) => void;
}

/**
 * Distils a teacher into a student on a corpus and writes the student as a Hugging Face folder without heads, for
 * `bert:DIR` or `transformers`. Interrupted and called again with the same options, it resumes and ends with the same
 * bytes. Throws a UserError: `folder-not-empty`, `in-use` while another process writes this folder, those of `loadFolder`,
 * `openCorpus` and `distil`.
 */
export async function distilToFolder(
  run: DistillationRun,
  { signal, onProgress, onScore }: DistillationObserver = {},
): Promise<DistilledFolder> {
  const { out } = run;
  const directory = join(out, WORK);
  await using _lock = await acquireLock(lockOf(await realpath(out).catch(() => out)));
  refuseOccupied(out);
  const [teacher, student] = [await loadFolder(run.teacher), await loadFolder(run.student)];
  const settings = settingsOf(run, student);
  const { checkpointMinutes } = withDefaults(CHECKPOINTS, run.checkpoints);
  const texts = await readTexts(run, student, settings.maxLength);
  const { tensors, cosine } = await distil({
    // special tokens written out in a corpus are text
    student: { ...student, tokenizer: student.tokenizer.reading('as-text') },
    teacher: { ...teacher, tokenizer: teacher.tokenizer.reading('as-text') },
    ...texts,
    settings,
    directory,
    checkpointEvery: checkpointMinutes * 60_000,
    onEvent(event) {
      if (event.kind === 'score') onScore?.(event.step, event.scores);
      const note = describeEvent(event);
      if (note) onProgress?.(event.kind === 'step' ? event.share : 0, note);
    },
    signal,
  });
  const { labels: _labels, problemType: _problemType, untrained: _untrained, ...bare } = student.config;
  const config = { ...bare, transformersClass: architectureOf(bare).heads.encoderClass };
  await saveFolder(
    out,
    { config, tensors, tokenizer: student.tokenizer },
    await sentenceFiles(dirname(student.file)),
  );
  await removeCheckpoints(directory);
  return { out, steps: settings.steps, cosine };
}

/** Texts of whole sentences, of the documents that are trained on and of those that are held out. */
async function readTexts(
  { corpus, heldOut: share = HELD_OUT.heldOut.default ?? 0 }: DistillationRun,
  { tokenizer }: LoadedFolder,
  maxLength: number,
): Promise<{ train: string[]; heldOut: string[] }> {
  const texts = { train: [] as string[], heldOut: [] as string[] };
  const reader = tokenizer.reading('as-text');
  let document = 0;
  for await (const sentences of readCorpus(corpus, await openCorpus(corpus))) {
    const side = isHeldOut(document++, share) ? texts.heldOut : texts.train;
    for (const text of packSentences(sentences, reader, maxLength)) side.push(text);
  }
  return texts;
}

function settingsOf(run: DistillationRun, { config: { untrained } }: LoadedFolder) {
  const { learningRate, ...training } = withDefaults(TRAINING, run.training);
  const { device, threads } = withDefaults(HARDWARE, run.hardware);
  const { maxLength, batchSize, seed } = withDefaults(BATCHES, run.batches);
  const usual = untrained ? LEARNING_RATES.fresh : LEARNING_RATES.distilled;
  return {
    ...{ ...training, maxLength, batchSize, seed, device },
    learningRate: learningRate === AUTO ? usual : learningRate,
    threads: threads === AUTO ? availableParallelism() : threads,
  };
}
