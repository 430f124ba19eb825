import type { OpenedRun } from '../evaluation/opened.ts';
import { EXIT, UserError } from '../ground/errors.ts';
import { listed } from '../ground/language.ts';
import type { Convention } from '../tasks/convention.ts';
import { conventionsOf } from '../tasks/conventions.ts';

/** The convention of this id, else the task's primary one. Throws a UserError `unknown-convention`. */
export function conventionOf({ task }: OpenedRun, id: string = task.primary): Convention {
  const conventions = conventionsOf(task);
  const found = conventions.find((convention) => convention.id === id);
  if (found) return found;
  const known = listed(conventions.map((convention) => convention.id));
  throw new UserError(
    'unknown-convention',
    { en: `${task.id} has no convention ${id}`, zh: `${task.id} 没有口径 ${id}` },
    {
      field: 'convention',
      hint: { en: `Known: ${known.en}.`, zh: `可选：${known.zh}。` },
      exitCode: EXIT.usage,
    },
  );
}
