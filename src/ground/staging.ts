import { existsSync } from 'node:fs';
import { readdir, realpath, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { UserError } from './errors.ts';
import { createDirectory, explainFileError } from './files.ts';
import { acquireLock } from './lock.ts';

export interface StagingOptions {
  /** Whether what is there may be replaced, from the names of its files. Default: never, unless it is empty. */
  readonly mayReplace?: (names: readonly string[]) => boolean;
  /** Keep the work of an earlier failed attempt and continue it. Default: start from scratch. */
  readonly resume?: boolean;
}

/**
 * Makes a directory whole or not at all: `make` fills a directory next to the target, which then takes its place. One
 * process at a time works on a target; what an earlier one that died left behind is finished, resumed or removed first.
 * Throws a UserError `already-exists` where something is there that may not be replaced, `in-use` while another process
 * makes the same target, and whatever `make` throws, after which the target is as it was.
 */
export async function makeWhole<T>(
  target: string,
  make: (staging: string) => Promise<T>,
  { mayReplace = () => false, resume = false }: StagingOptions = {},
): Promise<T> {
  const place = await realpath(target).catch(() => resolve(target));
  const staging = stagingOf(place);
  await using _lock = await acquireLock(lockOf(place));
  try {
    await recover(place);
    await refuseToOverwrite(place, mayReplace);
    if (!resume) await rm(staging, { recursive: true, force: true });
    await createDirectory(staging);
  } catch (error) {
    throw explainFileError(error, target);
  }
  let result: T;
  try {
    result = await make(staging);
  } catch (error) {
    // one without files has nothing to resume
    await (resume ? rmdir(staging) : rm(staging, { recursive: true, force: true })).catch(() => undefined);
    throw error;
  }
  try {
    await putInPlace(staging, place);
  } catch (error) {
    throw explainFileError(error, target);
  }
  return result;
}

const stagingOf = (place: string): string => `${place}.staging`;
const oldOf = (place: string): string => `${place}.old`;

/** The lock of the process that writes a directory. */
export const lockOf = (directory: string): string => `${resolve(directory)}.lock`;

/** What a process that died while creating a directory may have left next to it. */
export const remainsOf = (directory: string): readonly string[] =>
  [stagingOf, oldOf].map((nameOf) => nameOf(resolve(directory)));

/** Finishes or undoes the exchange during which a process died. */
async function recover(place: string): Promise<void> {
  const old = oldOf(place);
  if (!existsSync(old)) return;
  if (existsSync(place)) await rm(old, { recursive: true, force: true });
  else await rename(old, place);
}

async function refuseToOverwrite(
  place: string,
  mayReplace: NonNullable<StagingOptions['mayReplace']>,
): Promise<void> {
  if (!existsSync(place)) return;
  const names = await readdir(place);
  if (names.length === 0 || mayReplace(names)) return;
  throw new UserError(
    'already-exists',
    { en: 'The directory exists and is not empty', zh: '目录已存在且非空' },
    { file: place, hint: { en: 'Choose another directory.', zh: '请选择其他目录。' } },
  );
}

async function putInPlace(staging: string, place: string): Promise<void> {
  const old = oldOf(place);
  await createDirectory(dirname(place));
  if (existsSync(place)) await rename(place, old);
  await rename(staging, place);
  await rm(old, { recursive: true, force: true });
}
