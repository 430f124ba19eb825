import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../ground/errors.ts';
import { explainFileError } from '../ground/files.ts';
import type { Task } from '../tasks/task.ts';
import { readTaskFile } from './task-file.ts';

const ENDING = '.task.json';

/** The file that declares an imported task, in the folder of its corpus. */
export const importedTaskFile = (id: string): string => `${id}${ENDING}`;

/**
 * The tasks that `data import` made in a data directory, sorted by folder and name; none where it does not exist. A task
 * file that cannot be read is left out, unless it declares one of `names`: then its UserError is thrown, as is that of a
 * directory that cannot be read.
 */
export async function importedTasks(dir: string, names: readonly string[] = []): Promise<Task[]> {
  const wanted = new Set(names.map((name) => importedTaskFile(name).toLowerCase()));
  const found: Task[] = [];
  for (const folder of await foldersOf(dir)) {
    const files = await readdir(join(dir, folder)).catch(() => []);
    for (const file of files.filter((name) => name.endsWith(ENDING)).sort()) {
      try {
        found.push(await readTaskFile(join(dir, folder, file)));
      } catch (error) {
        if (!(error instanceof UserError) || wanted.has(file.toLowerCase())) throw error;
      }
    }
  }
  return found;
}

async function foldersOf(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw explainFileError(error, dir);
  });
  return entries
    .filter((entry) => entry.isDirectory() && !/^\.|\.(staging|old|lock)$/.test(entry.name))
    .map(({ name }) => name)
    .sort();
}
