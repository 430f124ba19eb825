import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UserError } from '../ground/errors.ts';
import { explainFileError } from '../ground/files.ts';
import { parseTask } from '../tasks/schema.ts';
import type { Task } from '../tasks/task.ts';

/** A module is code that the user wrote and named on the command line; everything else is data. */
const MODULE_EXTENSIONS = ['.js', '.mjs', '.ts', '.mts'];

/** Reads a task that a user declares: a JSON file, or a module whose default export is the task. */
export async function readTaskFile(file: string): Promise<Task> {
  if (MODULE_EXTENSIONS.includes(extname(file))) {
    const module = await import(pathToFileURL(resolve(file)).href).catch((error) => {
      throw new UserError('bad-task', `The module cannot be loaded: ${error.message}`, {
        file,
        hint: 'Run it alone to see why.',
      });
    });
    return parseTask(module.default, file);
  }
  const text = await readFile(file, 'utf8').catch((error) => {
    throw explainFileError(error, file);
  });
  let value: unknown;
  try {
    value = JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text);
  } catch (error) {
    throw new UserError('not-json', `The task file is not JSON: ${(error as Error).message}`, {
      file,
      hint: 'Mend it, or export the task from a module (.js or .ts).',
    });
  }
  return parseTask(value, file);
}
