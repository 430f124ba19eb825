import { EXIT, UserError } from '../ground/errors.ts';
import { didYouMean } from '../ground/nearest.ts';
import { broughtTasks } from './brought.ts';
import { cblueTasks } from './cblue/tasks.ts';
import { promptcblueTasks } from './promptcblue/tasks.ts';
import { CMDD } from './released/CMDD.ts';
import { cEHRNER } from './released/cEHRNER.ts';
import { cMedIC } from './released/cMedIC.ts';
import { cMedIR } from './released/cMedIR.ts';
import { cMedQA } from './released/cMedQA.ts';
import { cMedQANER } from './released/cMedQANER.ts';
import { cMedQNLI } from './released/cMedQNLI.ts';
import { cMedQQ } from './released/cMedQQ.ts';
import { cMedTC } from './released/cMedTC.ts';
import type { Task } from './task.ts';

/**
 * Every built-in task, in the order of the tables.
 *
 * @example
 * ```ts
 * import { tasks } from 'chineseblue';
 *
 * tasks.slice(0, 3).map(({ id }) => id); // ['cEHRNER', 'cMedQANER', 'cMedQQ']
 * tasks.filter(({ access }) => access === 'private').map(({ id }) => id); // ['CMedSQC']
 * ```
 */
export const tasks: readonly Task[] = [
  cEHRNER,
  cMedQANER,
  cMedQQ,
  cMedQA,
  cMedQNLI,
  cMedIR,
  cMedIC,
  cMedTC,
  CMDD,
  ...broughtTasks,
  ...cblueTasks,
  ...promptcblueTasks,
];

/**
 * The task of that name: the released name or the early one, in any letter case. An exact spelling wins,
 * since `cMedQQ` and `CMedQQ` differ in case only and mean the same.
 * Throws a UserError (usage) with the nearest names.
 *
 * @example
 * ```ts
 * import { findTask } from 'chineseblue';
 *
 * findTask('CMedQQ').id; // 'cMedQQ'
 * findTask('cMedIC').labels.length; // 3
 * ```
 */
export function findTask(name: string, among: readonly Task[] = tasks): Task {
  const wanted = name.toLowerCase();
  const found = among.find((task) =>
    [task.id, ...task.aliases].some((known) => known.toLowerCase() === wanted),
  );
  if (found) return found;
  const known = among.flatMap((task) => [task.id, ...task.aliases]);
  const close = didYouMean(name, known);
  throw new UserError(
    'unknown-task',
    { en: `There is no task "${name}"`, zh: `没有任务“${name}”` },
    {
      hint: {
        en: `${close.en}\`chineseblue tasks\` lists them all.`,
        zh: `${close.zh}\`chineseblue tasks\` 列出全部任务。`,
      },
      exitCode: EXIT.usage,
    },
  );
}
