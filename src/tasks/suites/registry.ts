import { EXIT, UserError } from '../../ground/errors.ts';
import { didYouMean } from '../../ground/nearest.ts';
import { findTask } from '../registry.ts';
import type { Task } from '../task.ts';
import { cblue, cblueFirst } from './cblue.ts';
import { ccks } from './ccks.ts';
import { chineseblue } from './chineseblue.ts';
import { promptcblue } from './promptcblue.ts';
import type { Suite } from './suite.ts';

/** Every suite. Adding one is adding a file and an entry here. */
export const suites: readonly Suite[] = [chineseblue, cblue, cblueFirst, promptcblue, ccks];

/** The suite of that name, in any letter case. Throws a UserError (usage) with the nearest name. */
export function findSuite(name: string): Suite {
  const found = suites.find(({ id }) => id === name.toLowerCase());
  if (found) return found;
  const known = suites.map(({ id }) => id);
  const close = didYouMean(name, known);
  throw new UserError(
    'unknown-suite',
    { en: `There is no suite "${name}"`, zh: `没有任务集“${name}”` },
    {
      field: 'suite',
      hint: {
        en: `${close.en}There are ${known.join(', ')}.`,
        zh: `${close.zh}可用：${known.join('、')}。`,
      },
      exitCode: EXIT.usage,
    },
  );
}

/** The tasks that are submitted to the leaderboard of a suite. Throws a UserError (usage) if it has none. */
export function submittedTasks(name: string): Task[] {
  const { id, submitted } = findSuite(name);
  if (submitted) return submitted.map((task) => findTask(task));
  throw new UserError(
    'no-leaderboard',
    { en: `Nothing is submitted for the suite ${id}`, zh: `任务集 ${id} 没有可提交的榜单` },
    {
      field: 'suite',
      hint: {
        en: 'Its test splits have gold: `chineseblue run` scores them.',
        zh: '其测试集有金标，可用 `chineseblue run` 评分。',
      },
      exitCode: EXIT.usage,
    },
  );
}

/** The tasks of a suite, in its order. */
export const tasksOf = ({ tasks }: Suite): Task[] => tasks.map((id) => findTask(id));
