import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UserError } from '../../ground/errors.ts';
import { type Parsed, withDefaults } from '../../ground/parameters.ts';
import { makeWhole } from '../../ground/staging.ts';
import type { Task } from '../../tasks/task.ts';
import type { Observer } from '../observer.ts';
import { CORPUS } from '../parameters.ts';
import { listInputs } from './documents.ts';
import { finishCorpus, PROGRESS } from './finish.ts';
import { createIntake, type Intake, takeFiles, takeTrainSplits } from './intake.ts';
import { indexEvaluation } from './leakage.ts';
import { MANIFEST, type Manifest, type SourceRecord } from './manifest.ts';
import { createSpool, type Spool } from './spool.ts';
import { readEvaluationTexts } from './train-splits.ts';

export interface BuildOptions extends Partial<Parsed<typeof CORPUS>> {
  /** Files and directories. */
  readonly inputs: readonly string[];
  /** Tasks whose train split is included. */
  readonly train: readonly Task[];
  /** Tasks whose dev and test texts must stay out. */
  readonly guarded: readonly Task[];
  readonly dataDir: string;
  readonly out: string;
  /** Replace an existing corpus. */
  readonly force?: boolean;
}

/**
 * Builds a corpus for pretraining from raw text: sentences split, boilerplate, duplicates and evaluation text removed,
 * documents kept apart, shards with checksums and a manifest. Memory does not grow with the text except for about 90
 * bytes per document. The directory appears complete or not at all.
 * Throws a UserError for any fault of an input, `already-exists` where `out` may not be replaced, and `corpus-empty`
 * where nothing is left.
 */
export async function buildCorpus(options: BuildOptions, observer: Observer = {}): Promise<Manifest> {
  const { inputs, train, force = false } = options;
  const files = await listInputs(inputs);
  if (files.length === 0 && train.length === 0) throw noInput(inputs);
  return makeCorpus({ out: options.out, force }, async (staging, spool) => {
    const texts = await readEvaluationTexts(options.guarded, options.dataDir);
    const settings = withDefaults(CORPUS, options);
    const intake = createIntake(spool, indexEvaluation(texts), settings.dedupThreshold);
    const sources = await takeAll(intake, files, { ...options, ...settings }, observer);
    const named = inputs.join(', ') || train.map(({ id }) => id).join(', ');
    return finishCorpus(intake, staging, { sources, settings, texts, named }, observer);
  });
}

/** The directory of a corpus or of a part of one, and the file that identifies it. */
interface Target {
  readonly out: string;
  /** Replace an existing one. */
  readonly force: boolean;
  readonly record?: string;
}

/** Makes the directory of a corpus whole or not at all, with a spool inside while it is made. */
export async function makeCorpus<T>(
  { out: directory, force, record = MANIFEST }: Target,
  make: (staging: string, spool: Spool) => Promise<T>,
): Promise<T> {
  const out = resolve(directory);
  if (!force && existsSync(join(out, record))) throw corpusExists(out);
  const mayReplace = (names: readonly string[]): boolean => force && names.includes(record);
  const work = async (staging: string): Promise<T> => {
    const spool = createSpool(join(staging, 'spool'));
    try {
      return await make(staging, spool);
    } finally {
      spool.close();
    }
  };
  return makeWhole(out, work, { mayReplace });
}

/** Takes files in, then train splits. */
export async function takeAll(
  intake: Intake,
  files: readonly string[],
  { train, dataDir, fields }: Pick<BuildOptions, 'train' | 'dataDir'> & Pick<Parsed<typeof CORPUS>, 'fields'>,
  observer: Observer,
): Promise<SourceRecord[]> {
  const fromFiles = await takeFiles(intake, files, fields, {
    signal: observer.signal,
    onProgress: (share, note) => observer.onProgress?.(PROGRESS.read * share, note),
  });
  return [...fromFiles, ...(await takeTrainSplits(intake, train, dataDir, observer))];
}

const corpusExists = (file: string): UserError =>
  new UserError(
    'already-exists',
    { en: 'The directory already holds a corpus', zh: '目录中已有语料' },
    { file, hint: { en: 'Use --force to replace it.', zh: '用 --force 替换。' } },
  );

export const noInput = (inputs: readonly string[]): UserError =>
  new UserError(
    'corpus-inputs',
    { en: 'There is nothing to read', zh: '没有可读取的内容' },
    {
      file: inputs.join(', ') || undefined,
      hint: {
        en: 'Name files or directories with text, or train splits with --train.',
        zh: '请给出文本文件或目录，或用 --train 指定训练集。',
      },
    },
  );
