import { UserError } from '../ground/errors.ts';
import { familyOf } from '../tasks/families/registry.ts';
import type { Task } from '../tasks/task.ts';
import { readItems } from './read.ts';
import type { Question } from './split.ts';

/**
 * Reads inputs from JSON Lines in the shape of the task's family; an id is given or else the 0-based record number, and
 * gold that may be there is left out. Throws a UserError that names line and field, and `empty-input`.
 */
export async function readInputs(file: string, task: Task): Promise<Question[]> {
  const questions: Question[] = [];
  const source = { format: 'jsonl', path: file, name: file } as const;
  for await (const items of readItems(source, task, { ignoreGold: true }))
    for (const { id, input } of items) questions.push({ id, input });
  if (questions.length > 0) return questions;
  const { shape } = familyOf(task).record;
  throw new UserError(
    'empty-input',
    { en: 'There is no input in the file', zh: '文件中没有输入' },
    { file, hint: { en: `Each line is ${shape}.`, zh: `每行形如 ${shape}。` } },
  );
}
