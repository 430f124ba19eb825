import { existsSync } from 'node:fs';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import * as z from 'zod';
import type { EncoderConfig } from '../../encoders/architectures/architecture.ts';
import { architectureOf, configJson } from '../../encoders/architectures/registry.ts';
import { saveFolder } from '../../encoders/folder/save.ts';
import { UserError } from '../../ground/errors.ts';
import { explainFileError, writeAtomic, writeJson } from '../../ground/files.ts';
import { hashFile } from '../../ground/hash.ts';
import { makeWhole, remainsOf } from '../../ground/staging.ts';
import { createBatches, type PretrainingBatch } from '../masks/batch.ts';
import { evaluationBatches } from '../objective/evaluate.ts';
import { isNextSentence, pretrainingParameters } from '../objective/head.ts';
import type { Observer } from '../observer.ts';
import { type OpenedPretraining, openPretraining, type PretrainingRun } from '../opened.ts';
import { fingerprintOf, requireTrainable } from '../train.ts';
import { parquetOf } from './rows.ts';

/** What is exported: a pretraining run without its hardware and checkpoint settings, which are up to the cluster. */
export interface BatchExport extends Omit<PretrainingRun, 'hardware' | 'checkpoints'> {
  /** Tokens per Parquet file, padding included; default 4 194 304. At least one batch. */
  readonly shardTokens?: number;
}

/** A file of an export. */
export interface ExportedFile {
  readonly file: string;
  readonly bytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

export interface ExportedBatches {
  readonly out: string;
  readonly steps: number;
  /** Sequences to train on, over all epochs. */
  readonly rows: number;
  /** All files but the manifest. */
  readonly files: readonly ExportedFile[];
}

const FORMAT = 'chineseblue-batches@1';
const MANIFEST = 'manifest.json';
const HELD_OUT = 'held-out.parquet';
const MODEL = 'model';
const SCRIPT = 'train.py';
const SHARD_TOKENS = 1 << 22;

/**
 * Writes everything that PyTorch needs for a pretraining run: the masked batches of all steps and of the evaluations as
 * Parquet files, the initial model, a manifest, and a script for `accelerate`. The directory appears complete or not at
 * all; interrupted or killed and called again with the same options, it keeps the files that were finished and ends with
 * the same bytes.
 * Throws a UserError: `already-exists`, `in-use`, `other-export` if an interrupted export of other settings is there,
 * and those of `openPretraining`, `requireTrainable` and `createBatches`.
 */
export async function exportBatches(run: BatchExport, observer: Observer = {}): Promise<ExportedBatches> {
  const { out, shardTokens = SHARD_TOKENS } = run;
  return makeWhole(
    out,
    async (folder) => {
      const opened = await openPretraining(run, observer);
      requireTrainable(opened.start.config, opened.data.batches);
      const described = describe(opened, shardTokens);
      await resumeIn(folder, described.fingerprint, out);
      await writeJson(join(folder, MANIFEST), { ...described, files: [] });
      const { start, config, tokenizer, extraFiles } = opened;
      await saveFolder(join(folder, MODEL), { config, tensors: start.tensors, tokenizer }, extraFiles);
      await writeAtomic(join(folder, SCRIPT), await readFile(new URL(SCRIPT, import.meta.url)));
      const written = await writeBatches(folder, opened, { ...observer, shardTokens });
      const files = await filesOf(folder);
      await writeJson(join(folder, MANIFEST), { ...described, ...written, files });
      const rows = written.shards.reduce((sum, shard) => sum + shard.rows, 0);
      return { out, steps: opened.settings.steps, rows, files };
    },
    { resume: true },
  );
}

/** What the script needs besides the files. */
function describe({ start, config, data, settings: all }: OpenedPretraining, shardTokens: number) {
  const { device: _device, threads: _threads, ...training } = all;
  const { batches, train, heldOut } = data;
  const { batchSize, ...plan } = batches;
  const { evaluateSequences: _sequences, ...settings } = training;
  return {
    format: FORMAT,
    fingerprint: fingerprintOf({
      ...{ start, train, heldOut, batches },
      settings: { ...training, shardTokens },
    }),
    settings: { ...settings, rowsPerStep: batchSize * training.accumulate, ...plan },
    model: modelFacts(start.config, config, plan.nextSentence),
  };
}

/** Names are those of `transformers`. */
function modelFacts(training: EncoderConfig, written: EncoderConfig, nextSentence: boolean): object {
  const { heads, parameters } = architectureOf(training);
  const { transformersClass } = training;
  const masked = [...heads.masked.parameters(training)];
  const dense = masked.find(([, shape]) => shape.length === 2)![0];
  const names = [...parameters.shapes(training).keys(), ...pretrainingParameters(training).keys()];
  const saved = (isWanted: (name: string) => boolean): string[] => [
    ...new Set(names.filter(isWanted).map((name) => parameters.saved(name, transformersClass))),
  ];
  const usual = new Map(
    Object.entries(configJson(written)).map(([key, value]) => [key, JSON.stringify(value)]),
  );
  const differs = ([key, value]: [string, unknown]): boolean => usual.get(key) !== JSON.stringify(value);
  return {
    class: transformersClass,
    padTokenId: training.padTokenId,
    // layers before it are computed for all tokens, those after it only for predicted ones
    maskedHead: parameters.saved(dense, transformersClass).replace(/\.weight$/, ''),
    decayed: saved((name) => parameters.decays(name)),
    frozen: nextSentence ? [] : saved((name) => isNextSentence(training, name)),
    // the dropout of pretraining, where fine-tuning has another
    trainingConfig: Object.fromEntries(Object.entries(configJson(training)).filter(differs)),
  };
}

/** The files that are there already, left by an interrupted export, are finished: each was written whole. */
const isBatches = (name: string): boolean => name === HELD_OUT || /^batches-\d+\.parquet$/.test(name);

const begunJson = z.object({ format: z.literal(FORMAT), fingerprint: z.string() });

/** Keeps the batches of an interrupted export of the same run, and nothing else. */
async function resumeIn(folder: string, fingerprint: string, out: string): Promise<void> {
  const names = await readdir(folder);
  const begun = await readBegun(join(folder, MANIFEST));
  if (begun !== undefined && begun !== fingerprint) throw otherExport(out);
  for (const name of names)
    if (begun === undefined || !isBatches(name))
      await rm(join(folder, name), { recursive: true, force: true });
}

/** The fingerprint of an interrupted export; undefined if none is there. */
async function readBegun(file: string): Promise<string | undefined> {
  if (!existsSync(file)) return undefined;
  try {
    return begunJson.safeParse(JSON.parse(await readFile(file, 'utf8'))).data?.fingerprint;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw explainFileError(error, file);
  }
}

interface WrittenBatches {
  /** In training order. */
  readonly shards: readonly { readonly file: string; readonly rows: number }[];
  /** The evaluation file; absent if nothing was held out. */
  readonly heldOut?: { readonly file: string; readonly rows: number };
}

/** Writes the batches that are not there yet. */
async function writeBatches(
  folder: string,
  { data: { tokenizer, train, heldOut, batches }, settings }: OpenedPretraining,
  { shardTokens, signal, onProgress }: Observer & { readonly shardTokens: number },
): Promise<WrittenBatches> {
  const { vocabulary } = tokenizer;
  const { steps, accumulate, evaluateSequences: sequences } = settings;
  const { batchSize, maxLength } = batches;
  const write = async (file: string, given: Iterable<PretrainingBatch>): Promise<void> => {
    const path = join(folder, file);
    if (!existsSync(path)) await writeAtomic(path, await parquetOf(given, signal));
  };
  const evaluated = evaluationBatches({ heldOut, vocabulary, batches, sequences });
  if (evaluated) await write(HELD_OUT, numbered(evaluated.batch, 0, evaluated.count));
  const { batch } = createBatches(train, vocabulary, batches);
  const all = steps * accumulate;
  const each = Math.max(1, Math.floor(shardTokens / (batchSize * maxLength)));
  const shards: { file: string; rows: number }[] = [];
  for (let first = 0; first < all; first += each) {
    signal?.throwIfAborted();
    const end = Math.min(all, first + each);
    const file = `batches-${String(shards.length).padStart(5, '0')}.parquet`;
    await write(file, numbered(batch, first, end));
    shards.push({ file, rows: (end - first) * batchSize });
    onProgress?.(end / all, {
      en: `step ${Math.floor(end / accumulate)} of ${steps}`,
      zh: `第 ${Math.floor(end / accumulate)}/${steps} 步`,
    });
  }
  return { shards, heldOut: evaluated && { file: HELD_OUT, rows: evaluated.count * evaluated.size } };
}

function* numbered(batch: (index: number) => PretrainingBatch, first: number, end: number) {
  for (let index = first; index < end; index++) yield batch(index);
}

/** Every file of a folder but its manifest, by name. */
async function filesOf(folder: string): Promise<ExportedFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files: ExportedFile[] = [];
  for (const path of paths.sort()) {
    const file = relative(folder, path).replaceAll(sep, '/');
    if (file !== MANIFEST) files.push({ file, bytes: (await stat(path)).size, sha256: await hashFile(path) });
  }
  return files;
}

const otherExport = (out: string): UserError =>
  new UserError(
    'other-export',
    {
      en: 'The directory holds an interrupted export of another run or with other settings',
      zh: '此处有另一次（数据或设置不同的）未完成的导出',
    },
    {
      file: remainsOf(out)[0],
      hint: {
        en: 'Repeat the command that started it, remove this directory, or choose another one.',
        zh: '请重复最初的命令，或删除该目录，或换一个目录。',
      },
    },
  );
