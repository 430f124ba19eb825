import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UserError } from '../../ground/errors.ts';
import { writeJson } from '../../ground/files.ts';
import { type Parsed, withDefaults } from '../../ground/parameters.ts';
import { makeWhole } from '../../ground/staging.ts';
import type { Task } from '../../tasks/task.ts';
import { SKETCH_DEFAULTS } from '../../text/minhash.ts';
import type { Observer } from '../observer.ts';
import { CORPUS } from '../parameters.ts';
import { listInputs } from './documents.ts';
import { createIntake, type Intake, takeFiles, takeTrainSplits } from './intake.ts';
import { CONTAINED, COVERED, type EvaluationText, GRAM, indexEvaluation } from './leakage.ts';
import { FORMAT, MANIFEST, type Manifest, type Shard, type SourceRecord } from './manifest.ts';
import { BOILERPLATE_FROM, barContainedTexts, findDuplicates, selectDocuments } from './selection.ts';
import { emptyCorpus, writeShards } from './shards.ts';
import { createSpool } from './spool.ts';
import { readEvaluationTexts } from './train-splits.ts';

/** Share of the work spent on reading files, on the way to each of the later stages. */
const PROGRESS = { read: 0.7, duplicates: 0.75, shards: 0.85 } as const;

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
  const out = resolve(options.out);
  const files = await listInputs(inputs);
  if (files.length === 0 && train.length === 0) throw noInput(inputs);
  if (!force && existsSync(join(out, MANIFEST))) throw corpusExists(out);
  const mayReplace = (names: readonly string[]): boolean => force && names.includes(MANIFEST);
  const make = async (staging: string): Promise<Manifest> => {
    const spool = createSpool(join(staging, 'spool'));
    try {
      const texts = await collect(readEvaluationTexts(options.guarded, options.dataDir));
      const { fields, dedupThreshold } = withDefaults(CORPUS, options);
      const intake = createIntake(spool, indexEvaluation(texts), dedupThreshold);
      const sources = await takeAll(intake, files, { ...options, fields }, observer);
      const { shards, contained } = await writeSelection(intake, staging, dedupThreshold, observer);
      if (shards.length === 0) throw emptyCorpus(inputs.join(', ') || train.map(({ id }) => id).join(', '));
      const settings = settingsOf(fields, dedupThreshold);
      const manifest = manifestOf(intake, { sources, settings, texts, contained, shards });
      await writeJson(join(staging, MANIFEST), manifest);
      return manifest;
    } finally {
      spool.close();
    }
  };
  return makeWhole(out, make, { mayReplace });
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function takeAll(
  intake: Intake,
  files: readonly string[],
  { train, dataDir, fields }: Pick<BuildOptions, 'train' | 'dataDir'> & { fields: readonly string[] },
  observer: Observer,
): Promise<SourceRecord[]> {
  const fromFiles = await takeFiles(intake, files, fields, {
    signal: observer.signal,
    onProgress: (share, note) => observer.onProgress?.(PROGRESS.read * share, note),
  });
  return [...fromFiles, ...(await takeTrainSplits(intake, train, dataDir, observer))];
}

async function writeSelection(
  intake: Intake,
  directory: string,
  threshold: number,
  { signal, onProgress }: Observer,
): Promise<{ shards: Shard[]; contained: number }> {
  onProgress?.(PROGRESS.duplicates, { en: 'duplicates', zh: '去重' });
  const removed = findDuplicates(intake, threshold);
  signal?.throwIfAborted();
  const contained = barContainedTexts(intake, removed).length;
  onProgress?.(PROGRESS.shards, { en: 'shards', zh: '写出分片' });
  const shards = await writeShards(directory, selectDocuments(intake, removed, contained > 0));
  return { shards, contained };
}

const settingsOf = (fields: readonly string[], threshold: number): Manifest['settings'] => ({
  nearDuplicatesFrom: threshold,
  shingle: SKETCH_DEFAULTS.shingle,
  boilerplateFrom: BOILERPLATE_FROM,
  evaluationGram: GRAM,
  evaluationCovered: COVERED,
  evaluationContained: CONTAINED,
  fields: fields.join(',') || 'all',
});

function manifestOf(
  { documents, sentences, evaluation, refused, leaks }: Intake,
  {
    texts,
    contained,
    shards,
    ...rest
  }: Pick<Manifest, 'sources' | 'settings' | 'shards'> & {
    texts: readonly EvaluationText[];
    contained: number;
  },
): Manifest {
  return {
    format: FORMAT,
    ...rest,
    documents,
    sentences,
    evaluation: {
      tasks: [...new Set(texts.map(({ task }) => task))],
      texts: evaluation.texts,
      refused,
      contained,
      shown: leaks,
    },
    characters: shards.reduce((sum, { characters }) => sum + characters, 0),
    shards,
  };
}

const corpusExists = (file: string): UserError =>
  new UserError(
    'already-exists',
    { en: 'The directory already holds a corpus', zh: '目录中已有语料' },
    { file, hint: { en: 'Use --force to replace it.', zh: '用 --force 替换。' } },
  );

const noInput = (inputs: readonly string[]): UserError =>
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
