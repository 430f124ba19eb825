import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UserError } from '../ground/errors.ts';
import { readJsonFile } from '../ground/json-file.ts';
import { parseTask } from '../tasks/schema.ts';
import type { Task } from '../tasks/task.ts';
import { requireFittingFormat } from './location.ts';

/** A module is code that the user wrote and named on the command line; everything else is data. */
const MODULE_EXTENSIONS = ['.js', '.mjs', '.ts', '.mts'];

/**
 * Reads a task that a user declares: a JSON file (`-`: standard input), or a module whose default export is the task. Throws a UserError:
 * `bad-task`, `not-json`, `unknown-format`, `format-mismatch`.
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { readTaskFile } from 'chineseblue/datasets';
 *
 * const corpus = { folder: 'triage', format: 'text-tsv', files: { test: 'test.txt' } };
 * const task = { id: 'triage', family: 'classification', title: 'Triage', corpus };
 * await writeFile('triage.json', JSON.stringify(task));
 * (await readTaskFile('triage.json')).primary; // 'classification/micro-f1@1'
 * ```
 */
export async function readTaskFile(file: string): Promise<Task> {
  if (MODULE_EXTENSIONS.includes(extname(file))) {
    const module = await import(pathToFileURL(resolve(file)).href).catch((error) => {
      throw new UserError(
        'bad-task',
        { en: `The module cannot be loaded: ${error.message}`, zh: `无法加载模块：${error.message}` },
        { file, hint: { en: 'Run it alone to see why.', zh: '请单独运行该模块以查看原因。' } },
      );
    });
    return checked(parseTask(module.default, file), file);
  }
  const value = await readJsonFile(file, 'not-json', {
    en: 'Fix it, or export the task from a module (.js or .ts).',
    zh: '请修正，或从模块（.js 或 .ts）导出任务。',
  });
  return checked(parseTask(value, file), file);
}

function checked(task: Task, file: string): Task {
  requireFittingFormat(task, file);
  return task;
}
