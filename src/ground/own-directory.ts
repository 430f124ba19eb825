import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from './errors.ts';
import { createDirectory, explainFileError } from './files.ts';
import { acquireLock } from './lock.ts';

/** A directory that this process alone uses. */
export interface OwnDirectory extends AsyncDisposable {
  readonly path: string;
  /** Removes it, and the shared directory if that is empty. */
  readonly close: () => Promise<void>;
}

const LOCK = '.lock';

/**
 * Makes a directory for this process in one that it may share with others, readable by its owner only, and removes those
 * of processes that have died. Throws a UserError where it cannot be made.
 *
 * @example
 * ```ts
 * await using uploads = await openOwnDirectory('site/uploads');
 * ```
 */
export async function openOwnDirectory(shared: string): Promise<OwnDirectory> {
  try {
    await createDirectory(shared);
    for (const name of await readdir(shared))
      if (!name.includes(LOCK)) await removeAbandoned(join(shared, name));
    const path = join(shared, randomUUID());
    const lock = await acquireLock(path + LOCK);
    const close = async (): Promise<void> => {
      await rm(path, { recursive: true, force: true });
      await lock.release();
      // A directory that is not empty is in use.
      await rmdir(shared).catch(() => undefined);
    };
    await mkdir(path, { mode: 0o700 });
    return { path, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    throw explainFileError(error, shared);
  }
}

/** Removes directories whose lock no living process holds. */
async function removeAbandoned(path: string): Promise<void> {
  try {
    await using _lock = await acquireLock(path + LOCK);
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}
