import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PARTIAL } from '../fetch/part.ts';
import { cacheDir } from '../ground/cache.ts';

/** A directory with corpora, and how it was chosen. */
export interface DataDirectory {
  /** Absolute. */
  readonly dir: string;
  readonly origin: 'flag' | 'env' | 'cache' | 'samples';
}

/** The per-user directory that `data get` fills by default; it may not exist yet. */
export const cacheDataDir = (environment: NodeJS.ProcessEnv, platform?: NodeJS.Platform): string =>
  join(cacheDir(environment, platform), 'data');

/**
 * The synthetic corpora that ship with the package: next to `src/` in the repository, next to `dist/` when installed.
 *
 * @example
 * ```ts
 * import { findTask, openDataset, samplesDir } from 'chineseblue/datasets';
 *
 * const data = await openDataset({ task: findTask('cMedIC'), dir: samplesDir() });
 * (await data.split('test')).synthetic; // true
 * ```
 */
export const samplesDir = (): string => fileURLToPath(new URL('../../samples', import.meta.url));

/**
 * Where to read corpora: the flag `--data-dir`, else `CHINESEBLUE_DATA`, else the per-user cache where it
 * holds any corpus file, else the samples. The first two are used as given, even when they do not exist.
 *
 * @example
 * ```ts
 * import { resolveDataDir } from 'chineseblue/datasets';
 *
 * resolveDataDir(undefined, { CHINESEBLUE_DATA: '/corpora' }).dir; // '/corpora'
 * const { dir, origin } = resolveDataDir(undefined, process.env);
 * console.log(dir, origin);
 * ```
 */
export function resolveDataDir(flag: string | undefined, environment: NodeJS.ProcessEnv): DataDirectory {
  const writable = writableDataDir(flag, environment);
  return writable.origin === 'cache' && !holdsCorpora(writable.dir)
    ? { dir: samplesDir(), origin: 'samples' }
    : writable;
}

/** Where to put corpora: as `resolveDataDir`, but the cache even while it is empty, and never the samples. */
export function writableDataDir(flag: string | undefined, environment: NodeJS.ProcessEnv): DataDirectory {
  if (flag) return { dir: resolve(flag), origin: 'flag' };
  if (environment.CHINESEBLUE_DATA) return { dir: resolve(environment.CHINESEBLUE_DATA), origin: 'env' };
  return { dir: cacheDataDir(environment), origin: 'cache' };
}

const holdsCorpora = (directory: string): boolean =>
  existsSync(directory) &&
  readdirSync(directory, { withFileTypes: true }).some(
    (entry) => entry.isDirectory() && !entry.name.startsWith('.') && holdsFiles(join(directory, entry.name)),
  );

/** Whether any file is complete: a download that failed leaves empty directories and partial files. */
const holdsFiles = (directory: string): boolean =>
  readdirSync(directory, { withFileTypes: true }).some((entry) =>
    entry.isDirectory() ? holdsFiles(join(directory, entry.name)) : !entry.name.endsWith(PARTIAL),
  );
