import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../ground/errors.ts';
import { listed, type Text } from '../../ground/language.ts';
import type { Task } from '../../tasks/task.ts';
import { comparisonForm } from '../../text/normalise.ts';
import type { Observer } from '../observer.ts';
import { makeCorpus } from './build.ts';
import { finishCorpus, PROGRESS } from './finish.ts';
import { createIntake, type Intake, MAX_SHOWN_LEAKS } from './intake.ts';
import { indexEvaluation } from './leakage.ts';
import type { Manifest } from './manifest.ts';
import { digestOfTexts } from './part.ts';
import { PART, type Part, readPart } from './part-record.ts';
import { REBUILD, readCorpus, verifyFiles } from './shards.ts';
import { readEvaluationTexts } from './train-splits.ts';

export interface MergeOptions {
  /** Directories that `buildPart` wrote, all parts of one corpus, in any order. */
  readonly parts: readonly string[];
  /** As in the parts: tasks whose dev and test texts must stay out. */
  readonly guarded: readonly Task[];
  readonly dataDir: string;
  readonly out: string;
  /** Replace an existing corpus. */
  readonly force?: boolean;
}

/**
 * Makes the corpus of its parts: duplicates among all of them, boilerplate and evaluation text that only the whole
 * contains are removed. The bytes are those that `buildCorpus` writes for the same inputs.
 * Throws a UserError: `corpus-parts` if parts lack, repeat or do not belong together, `corpus-part-missing`,
 * `corpus-part` and `corpus-damaged` for one that cannot be used, and as `buildCorpus`.
 */
export async function mergeCorpus(options: MergeOptions, observer: Observer = {}): Promise<Manifest> {
  const { dataDir, guarded, force = false } = options;
  const parts = await openParts(options.parts);
  return makeCorpus({ out: options.out, force }, async (staging, spool) => {
    const [{ part, directory }] = parts;
    const settings = part.common;
    const texts = await readEvaluationTexts(guarded, dataDir);
    if (digestOfTexts(texts) !== settings.evaluation) throw otherEvaluation(dataDir, directory);
    const intake = createIntake(spool, indexEvaluation(texts), settings.dedupThreshold);
    for (const [i, opened] of parts.entries()) {
      observer.signal?.throwIfAborted();
      const note = { en: opened.directory, zh: opened.directory };
      observer.onProgress?.((PROGRESS.read * i) / parts.length, note);
      await takePart(intake, opened, observer);
    }
    const sources = parts.flatMap((opened) => opened.part.sources);
    const named = options.parts.join(', ');
    return finishCorpus(intake, staging, { sources, settings, texts, named }, observer);
  });
}

interface OpenedPart {
  readonly directory: string;
  readonly part: Part;
}

/** The parts in order, each there once and made as the others. */
async function openParts(directories: readonly string[]): Promise<OpenedPart[]> {
  const opened: OpenedPart[] = [];
  for (const directory of directories) opened.push({ directory, part: await readPart(directory) });
  opened.sort((a, b) => a.part.shard - b.part.shard);
  const [first] = opened;
  const { common } = first.part;
  for (const { directory, part } of opened) {
    const [field] = Object.entries(common).find(([name, value]) => differs(part.common, name, value)) ?? [];
    if (field !== undefined) throw notTogether(directory, first.directory, field);
  }
  const wanted = Array.from({ length: common.shards }, (_, i) => i + 1);
  const count = (shard: number): number => opened.filter(({ part }) => part.shard === shard).length;
  const missing = wanted.filter((shard) => count(shard) === 0);
  const repeated = wanted.filter((shard) => count(shard) > 1);
  if (missing.length > 0 || repeated.length > 0) throw incomplete(missing, repeated, common.shards);
  for (const { directory, part } of opened) await verifyFiles(directory, [...part.shards, part.sketches]);
  return opened;
}

const differs = (common: object, name: string, value: unknown): boolean =>
  JSON.stringify(Object.entries(common).find(([other]) => other === name)?.[1]) !== JSON.stringify(value);

/** Takes a part in as if its files were read now. */
async function takePart(
  intake: Intake,
  { directory, part }: OpenedPart,
  { signal }: Observer,
): Promise<void> {
  const { documents, sentences, refused, leaks, spool, sketches, repeats } = intake;
  documents.read += part.documents.read;
  documents.empty += part.documents.empty;
  sentences.read += part.sentences.read;
  for (const [reason, count] of Object.entries(part.sentences.removed))
    sentences.removed[reason as keyof typeof sentences.removed] += count;
  for (const [where, count] of Object.entries(part.refused)) refused[where] = (refused[where] ?? 0) + count;
  leaks.push(...part.shown.slice(0, MAX_SHOWN_LEAKS - leaks.length));
  const file = join(directory, part.sketches.file);
  const words = sketches.bands + 1;
  const expected = part.shards.reduce((sum, { documents }) => sum + documents, 0);
  await using handle = await open(file);
  if ((await handle.stat()).size !== expected * words * 4) throw wrongSketches(file);
  const stored = readSketches(handle, words);
  for await (const document of readCorpus(directory, part.shards)) {
    if (spool.size % 1024 === 0) signal?.throwIfAborted();
    spool.add(document);
    const { value } = await stored.next();
    if (!value) throw wrongSketches(file);
    sketches.addSketch(value);
    for (const sentence of document) repeats.add(comparisonForm(sentence));
  }
}

/** Sketches that are read at a time. */
const READ_AT_ONCE = 4096;

/** The sketches of a part, `words` little-endian words each, in a stream: those of many documents are more than one buffer holds. */
async function* readSketches(handle: FileHandle, words: number): AsyncGenerator<Uint32Array> {
  const block = Buffer.alloc(READ_AT_ONCE * words * 4);
  for (let position = 0; ; ) {
    const { bytesRead } = await handle.read(block, 0, block.length, position);
    const whole = Math.floor(bytesRead / (words * 4));
    if (whole === 0) return;
    for (let i = 0; i < whole; i++)
      yield Uint32Array.from({ length: words }, (_, word) => block.readUInt32LE(4 * (i * words + word)));
    position += whole * words * 4;
  }
}

const wrongSketches = (file: string): UserError =>
  new UserError(
    'corpus-part',
    { en: 'This file does not have one sketch per document', zh: '该文件的文档特征数与文档数不符' },
    { file, hint: REBUILD },
  );

/** The error for a differing field. */
const notTogether = (directory: string, first: string, field: string): UserError =>
  new UserError(
    'corpus-parts',
    {
      en: `This part does not belong with ${first}: it was built with other inputs, options or evaluation texts`,
      zh: `该部分与 ${first} 不属于同一语料：构建时的输入、选项或评测文本不同`,
    },
    {
      file: join(directory, PART),
      field,
      hint: {
        en: 'Build all parts with one version and the same inputs and options, except for --shard and --out.',
        zh: '请用同一版本、相同输入和选项构建所有部分，仅 --shard 与 --out 不同。',
      },
    },
  );

function incomplete(missing: readonly number[], repeated: readonly number[], of: number): UserError {
  const name = (shards: readonly number[]): Text => listed(shards.map((shard) => `${shard}/${of}`));
  return new UserError(
    'corpus-parts',
    missing.length > 0
      ? { en: `Parts are missing: ${name(missing).en}`, zh: `缺少部分：${name(missing).zh}` }
      : { en: `Parts are given twice: ${name(repeated).en}`, zh: `重复给出的部分：${name(repeated).zh}` },
    { hint: { en: 'Name every part once.', zh: '请将每个部分各列出一次。' } },
  );
}

const otherEvaluation = (dataDir: string, part: string): UserError =>
  new UserError(
    'corpus-parts',
    {
      en: `The dev and test texts in ${dataDir} are not those that the parts were checked against`,
      zh: `${dataDir} 中的开发集和测试集文本与构建各部分时所用的不同`,
    },
    {
      file: join(part, PART),
      field: 'evaluation',
      hint: {
        en: 'Give the --data-dir and --task-file that the parts were built with.',
        zh: '请使用构建各部分时的 --data-dir 与 --task-file。',
      },
    },
  );
