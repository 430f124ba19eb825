import { open, readdir, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../ground/errors.ts';
import { explainFileError, makeDirectory } from '../ground/files.ts';
import { SCORES_SCHEMA, type ScoreSheet } from '../scoring/score-sheet.ts';
import type { RunRecord } from './record.ts';

/** The files of one run, below `runs/<id>/`. */
export const RUN_FILES = {
  record: 'run.json',
  predictions: 'predictions.jsonl',
  scores: 'scores.json',
  lock: 'lock',
} as const;

export interface StoredRun {
  readonly directory: string;
  readonly record: RunRecord;
  readonly scores: ScoreSheet;
}

/**
 * One finished run. Throws a UserError for a directory that is not a run, is unfinished, or is damaged.
 */
export async function readRun(directory: string): Promise<StoredRun> {
  const record = await readJson<RunRecord>(join(directory, RUN_FILES.record), 'chineseblue/run@1');
  const scores = await readJson<ScoreSheet>(join(directory, RUN_FILES.scores), SCORES_SCHEMA);
  return { directory, record, scores };
}

/** Every finished run below `root`, oldest first. Unfinished ones are left out; an absent root holds none. */
export async function listRuns(root: string): Promise<StoredRun[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch((error) => {
    if (error.code === 'ENOENT') return [];
    throw explainFileError(error, root);
  });
  const runs: StoredRun[] = [];
  for (const entry of entries) {
    if (!entry.isDirectory()) continue;
    const run = await readRun(join(root, entry.name)).catch((error) => {
      if (error instanceof UserError && error.code === 'file-missing') return undefined;
      throw error;
    });
    if (run) runs.push(run);
  }
  return runs.sort((a, b) => a.record.times.startedAt.localeCompare(b.record.times.startedAt));
}

/** A number that JSON cannot hold is written as a string; this brings it back. */
const NON_FINITE: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

async function readJson<T extends { schema: string }>(file: string, schema: T['schema']): Promise<T> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw explainFileError(error, file);
  }
  const hint = 'Remove the directory of this run and issue the run again.';
  let value: T;
  try {
    value = JSON.parse(text, (_key, part) => (typeof part === 'string' ? (NON_FINITE[part] ?? part) : part));
  } catch {
    throw new UserError('damaged-run', 'This file of a run is not JSON', { file, hint });
  }
  if (value?.schema !== schema)
    throw new UserError('damaged-run', `This file is not ${schema}`, { file, field: 'schema', hint });
  return value;
}

/**
 * Takes a run's directory for this process; returns the function that gives it back.
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
          `Another process (${holder.pid} on ${holder.host}) works on this run`,
          {
            file,
            hint: 'Wait for it to end; if it is gone for good, remove this lock file.',
          },
        );
      }
      await rm(file, { force: true });
    }
  }
  throw new UserError('run-in-use', 'Another process took this run at the same moment', {
    file,
    hint: 'Issue the command again.',
  });
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
