import type { Dirent } from 'node:fs';
import { open, readdir, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../ground/errors.ts';
import { explainFileError, makeDirectory } from '../ground/files.ts';
import type { Text } from '../ground/language.ts';
import { SCORES_SCHEMA, type ScoreSheet } from '../scoring/score-sheet.ts';
import type { RunRecord } from './record.ts';

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
 * One finished run. Throws a UserError for a directory that is not a run, is unfinished, damaged (`damaged-run`) or was
 * written by another version (`other-schema`).
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
  const { record: file, scores } = pathsOf(directory);
  return {
    directory,
    record: await readRecord(file),
    scores: await readJson<ScoreSheet>(scores, SCORES_SCHEMA),
  };
}

/** The record of a run that may not be scored yet. */
export const readRecord = (file: string): Promise<RunRecord> =>
  readJson<RunRecord>(file, 'chineseblue/run@2');

/** Whether a run cannot be used, while others beside it can. */
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
      else if (!(error instanceof UserError && error.code === 'file-missing')) throw error;
    }
  }
  return runs.sort((a, b) => a.record.times.startedAt.localeCompare(b.record.times.startedAt));
}

/** Removes everything in a run's directory but its lock: checkpoints, answers, predictions, scores, a kept model. */
export async function clearRun(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (name !== RUN_FILES.lock) await rm(join(directory, name), { recursive: true, force: true });
  }
}

/** A number that JSON cannot hold is written as a string; this brings it back. */
const NON_FINITE: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

/** Reads JSON of a schema. `T` is what this version writes under it. */
async function readJson<T extends { readonly schema: string }>(
  file: string,
  schema: T['schema'],
): Promise<T> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw explainFileError(error, file);
  }
  let value: T;
  try {
    value = JSON.parse(text, (_key, part) => (typeof part === 'string' ? (NON_FINITE[part] ?? part) : part));
  } catch {
    throw damaged(file, { en: 'This file of a run is not JSON', zh: '该运行文件不是 JSON' });
  }
  if (value?.schema === schema) return value;
  if (typeof value?.schema === 'string' && nameOf(value.schema) === nameOf(schema))
    throw otherSchema(file, value.schema, schema);
  throw damaged(file, { en: `This file is not ${schema}`, zh: `该文件不是 ${schema}` }, 'schema');
}

const nameOf = (schema: string): string => schema.split('@')[0];

const damaged = (file: string, message: Text, field?: string): UserError =>
  new UserError('damaged-run', message, {
    file,
    field,
    hint: {
      en: 'Remove the directory of this run and run it again.',
      zh: '请删除该运行的目录，然后重新运行。',
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

/**
 * Locks a run's directory for this process; returns the function that unlocks it.
 * A lock left by a process that is gone is taken over. Throws a UserError while another process holds it.
 */
export async function lockRun(directory: string): Promise<() => Promise<void>> {
  await makeDirectory(directory);
  const file = join(directory, RUN_FILES.lock);
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const handle = await open(file, 'wx');
      await handle.writeFile(JSON.stringify({ pid: process.pid, host: hostname() }));
      await handle.close();
      return () => rm(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw explainFileError(error, file);
      const holder = await readHolder(file);
      if (isAlive(holder)) {
        throw new UserError(
          'run-in-use',
          {
            en: `Another process (${holder.pid} on ${holder.host}) is working on this run`,
            zh: `另一进程（${holder.host} 上的 ${holder.pid}）正在处理该运行`,
          },
          {
            file,
            hint: {
              en: 'Wait for it to end; if it no longer exists, remove this lock file.',
              zh: '请等待其结束；若该进程已不存在，请删除此锁文件。',
            },
          },
        );
      }
      await rm(file, { force: true });
    }
  }
  throw new UserError(
    'run-in-use',
    { en: 'Another process took this run at the same moment', zh: '另一进程同时占用了该运行' },
    { file, hint: { en: 'Run the command again.', zh: '请重新执行命令。' } },
  );
}

interface Holder {
  readonly pid: number;
  readonly host: string;
}

async function readHolder(file: string): Promise<Holder> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return { pid: 0, host: hostname() };
  }
}

function isAlive({ pid, host }: Holder): boolean {
  if (host !== hostname()) return true;
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
