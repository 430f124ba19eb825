import { type Dirent, existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as z from 'zod';
import { UserError } from '../ground/errors.ts';
import { explainFileError, readTextFile, writeJson } from '../ground/files.ts';
import { hashFile, isSealed, seal } from '../ground/hash.ts';
import { issueText } from '../ground/issues.ts';
import { restoreFinite } from '../ground/json.ts';
import type { Text } from '../ground/language.ts';
import { SCORES_SCHEMA, type ScoreSheet } from '../scoring/score-sheet.ts';
import { RUN_SCHEMA, type RunRecord } from './record.ts';
import { recordJson, scoresJson } from './schema.ts';

/** The files of one run, below `runs/<id>/`. */
export const RUN_FILES = {
  record: 'run.json',
  answers: 'answers.jsonl',
  predictions: 'predictions.jsonl',
  scores: 'scores.json',
  model: 'model.bin',
  lock: 'lock',
} as const;

export type RunPaths = Readonly<Record<keyof typeof RUN_FILES, string>>;

/** The paths of the files of a run. */
export const pathsOf = (directory: string): RunPaths => ({
  record: join(directory, RUN_FILES.record),
  answers: join(directory, RUN_FILES.answers),
  predictions: join(directory, RUN_FILES.predictions),
  scores: join(directory, RUN_FILES.scores),
  model: join(directory, RUN_FILES.model),
  lock: join(directory, RUN_FILES.lock),
});

/** A kept run: its directory, what was done, and its scores. */
export interface StoredRun {
  readonly directory: string;
  readonly record: RunRecord;
  readonly scores: ScoreSheet;
}

/**
 * One finished run, whose files match the hashes in its record. Throws a UserError for a directory that is
 * not a run, for one that is not finished (`unfinished-run`), damaged or altered (`damaged-run`), or was written by another
 * version (`other-schema`).
 *
 * @example
 * ```ts
 * import { evaluate, findTask, readRun, samplesDir } from 'chineseblue';
 *
 * const task = findTask('cMedIC');
 * const { directory } = await evaluate({ task, model: 'majority', dataDir: samplesDir() });
 * const { record, scores } = await readRun(directory);
 * record.examples.train; // 150
 * scores.coverage.answered; // 60
 * ```
 */
export async function readRun(directory: string): Promise<StoredRun> {
  const paths = pathsOf(directory);
  const record = await readRecord(paths.record);
  const { predictions, answers, scores: sha256 } = record.files;
  if (sha256 === undefined) throw unfinished(paths.record);
  const scores = await readJson(paths.scores, SCORES_SCHEMA, scoresJson);
  await verifyFile(paths.scores, sha256);
  await verifyFile(paths.predictions, predictions);
  if (answers !== undefined) await verifyFile(paths.answers, answers);
  return { directory, record, scores };
}

/** The record of a run that may not be scored yet. */
export const readRecord = (file: string): Promise<RunRecord> =>
  readJson(file, RUN_SCHEMA, recordJson, { sealed: true });

/** Writes the record of a run, with the hash of its own content. */
export const writeRecord = (file: string, record: RunRecord): Promise<void> => writeJson(file, seal(record));

/** Throws a UserError `damaged-run` for a file of a run that is missing or was altered. */
export async function verifyFile(file: string, sha256: string): Promise<void> {
  if (!existsSync(file)) throw damaged(file, { en: 'This file of a run is missing', zh: '缺少该运行文件' });
  if ((await hashFile(file)) !== sha256) throw damaged(file, ALTERED);
}

const ALTERED: Text = {
  en: 'This file of a run has changed since it was written',
  zh: '该运行文件与写入时不符',
};

const unfinished = (file: string): UserError =>
  new UserError(
    'unfinished-run',
    { en: 'This run is not finished', zh: '该运行尚未完成' },
    { file, hint: { en: 'Run the same command again to finish it.', zh: '请再次执行同一命令以完成运行。' } },
  );

/** Whether a directory holds a run that the same command would finish. */
export const isUnfinished = (error: unknown): boolean =>
  error instanceof UserError && error.code === 'unfinished-run';

/** Whether only this run is unusable, so that others can still be read. */
export const isUnusable = (error: unknown): error is UserError =>
  error instanceof UserError && (error.code === 'damaged-run' || error.code === 'other-schema');

/**
 * Every finished run below `root`, oldest first. Unfinished ones are left out, and so are damaged ones and those of another
 * version, which are reported to `onSkip`; an absent root holds none.
 *
 * @example
 * ```ts
 * import { evaluate, findTask, listRuns, samplesDir } from 'chineseblue';
 *
 * await evaluate({ task: findTask('cMedIC'), model: 'majority', dataDir: samplesDir(), root: 'listed' });
 * const runs = await listRuns('listed');
 * runs.map(({ record }) => record.model.id); // ['majority']
 * ```
 */
export async function listRuns(
  root: string,
  { onSkip }: { readonly onSkip?: (directory: string, error: UserError) => void } = {},
): Promise<StoredRun[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch((error): Dirent[] => {
    if (error.code === 'ENOENT') return [];
    throw explainFileError(error, root);
  });
  const runs: StoredRun[] = [];
  for (const entry of entries) {
    if (!entry.isDirectory()) continue;
    const directory = join(root, entry.name);
    try {
      runs.push(await readRun(directory));
    } catch (error) {
      if (isUnusable(error)) onSkip?.(directory, error);
      else if (!isUnfinished(error) && existsSync(join(directory, RUN_FILES.record))) throw error;
    }
  }
  return runs.sort((a, b) => a.record.times.startedAt.localeCompare(b.record.times.startedAt));
}

/** Removes everything in a run's directory but its lock: checkpoints, answers, predictions, scores, a kept model. */
export async function clearRun(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (name !== RUN_FILES.lock && !name.startsWith(`${RUN_FILES.lock}.`))
      await rm(join(directory, name), { recursive: true, force: true });
  }
}

/** Reads JSON of a schema and a shape; a sealed one holds the hash of its own content. */
async function readJson<T extends { readonly schema: string }>(
  file: string,
  schema: T['schema'],
  shape: z.ZodType<T>,
  { sealed = false } = {},
): Promise<T> {
  if (!existsSync(file) && existsSync(join(dirname(file), RUN_FILES.record)))
    throw damaged(file, { en: 'This file of a run is missing', zh: '缺少该运行文件' });
  const text = await readTextFile(file);
  let raw: unknown;
  let revived: unknown;
  try {
    raw = JSON.parse(text);
    revived = JSON.parse(text, restoreFinite);
  } catch {
    throw damaged(file, { en: 'This file of a run is not JSON', zh: '该运行文件不是 JSON' });
  }
  const stated = z.looseObject({ schema: z.string() }).safeParse(raw).data;
  if (stated?.schema !== schema) {
    if (stated && nameOf(stated.schema) === nameOf(schema)) throw otherSchema(file, stated.schema, schema);
    throw damaged(file, { en: `This file is not ${schema}`, zh: `该文件不是 ${schema}` }, 'schema');
  }
  const value = shape.safeParse(revived);
  if (!value.success) {
    const [issue] = value.error.issues;
    throw damaged(file, issueText(issue), issue.path.join('.'));
  }
  if (sealed && !isSealed(stated)) throw damaged(file, ALTERED);
  return value.data;
}

const nameOf = (schema: string): string => schema.split('@')[0];

const damaged = (file: string, message: Text, field?: string): UserError =>
  new UserError('damaged-run', message, {
    file,
    field,
    hint:
      basename(file) === RUN_FILES.scores
        ? {
            en: 'Remove this file and run the same command again: the predictions are scored again.',
            zh: '请删除该文件并再次执行同一命令：将由预测重新评分。',
          }
        : {
            en: 'Restore it from a copy, or run it again with `chineseblue run --force`.',
            zh: '请从备份恢复，或用 `chineseblue run --force` 重新运行。',
          },
  });

const otherSchema = (file: string, found: string, schema: string): UserError =>
  new UserError(
    'other-schema',
    {
      en: `This run was written as ${found} by another version of chineseblue; this version reads ${schema}`,
      zh: `该运行由其他版本的 chineseblue 以 ${found} 写出，当前版本只读取 ${schema}`,
    },
    {
      file,
      field: 'schema',
      hint: {
        en: 'Run it again with this version, or use the version that wrote it.',
        zh: '请用当前版本重新运行，或使用写出它的版本。',
      },
    },
  );
