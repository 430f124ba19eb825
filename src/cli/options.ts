import { availableParallelism } from 'node:os';
import { EXIT, UserError } from '../ground/errors.ts';
import { list, text } from '../ground/parameters.ts';
import type { Parameters } from '../models/contract.ts';
import type { Task } from '../tasks/task.ts';
import { type Invocation, listOption, type OptionSpec } from './command.ts';

/** Options that several commands share, each declared once. */
export const DATA_DIR: OptionSpec = {
  flags: '--data-dir <dir>',
  summary: {
    en: 'where the corpora are (default: CHINESEBLUE_DATA, else a cache directory)',
    zh: '语料目录（默认 CHINESEBLUE_DATA，否则为用户缓存目录）',
  },
};
export const RUNS_DIR: OptionSpec = {
  flags: '--runs-dir <dir>',
  summary: { en: 'where runs are kept', zh: '运行结果目录' },
  default: 'runs',
};
export const RESULTS: OptionSpec = {
  flags: '--results <file>',
  summary: { en: 'also write the table as a Markdown page', zh: '同时将结果表写成 Markdown 页面' },
};
export const SPLIT: OptionSpec = {
  flags: '--split <name>',
  summary: {
    en: 'the split that is judged: train, dev, test, or regrouped@1 (all pooled and split anew, nothing shared)',
    zh: '被评测的划分：train、dev、test，或 regrouped@1（合并后重新划分，互不共享）',
  },
  default: 'test',
};
export const TASK_FILE: OptionSpec = {
  flags: '--task-file <file>',
  summary: { en: 'declare a task of your own (JSON or a module)', zh: '用文件声明自己的任务（JSON 或模块）' },
};
export const SUBSETS: OptionSpec = {
  flags: '--subsets <dir>',
  summary: {
    en: 'also score the subsets that `data audit --write-clean` wrote there',
    zh: '同时对 `data audit --write-clean` 写出的子集评分',
  },
};
export const SOURCE: OptionSpec = {
  flags: '--source <name>',
  summary: {
    en: 'primary, or alternative: the BIO files of the NER corpora',
    zh: 'primary，或 alternative：NER 语料的 BIO 文件',
  },
  default: 'primary',
};

/** How a model answers, whatever it learnt; a kind that cannot choose refuses them. */
export const ANSWERING: readonly OptionSpec[] = [
  {
    flags: '--dtype <name>',
    summary: { en: 'fp32, or int8: faster, nearly as right', zh: 'fp32，或 int8（更快，精度略降）' },
  },
  { flags: '--device <name>', summary: { en: 'cpu, webgpu or cuda', zh: 'cpu、webgpu 或 cuda' } },
  { flags: '--threads <n>', summary: { en: 'threads (default: every core)', zh: '线程数（默认全部核心）' } },
];
export const PARAM: OptionSpec = {
  flags: '--param <list>',
  summary: { en: 'parameters of the model: name=value,…', zh: '模型参数：name=value,…' },
};

/** Shared options of commands made with `defineCommand`. */
export const SHARED = {
  dataDir: text({ placeholder: 'dir', summary: DATA_DIR.summary }),
  taskFile: text({ placeholder: 'file', summary: TASK_FILE.summary }),
  train: list({
    summary: {
      en: 'tasks whose train split is included, or all that are available',
      zh: '同时使用其训练集的任务，或 all（现有全部）',
    },
  }),
};

/** The parameters that `--param` and the flags of `ANSWERING` give. */
export async function parameterOptions(options: Invocation['options']): Promise<Parameters> {
  const { parseParameters } = await import('../evaluation/plans.ts');
  const flags = ['dtype', 'device', 'threads'].filter((name) => typeof options[name] === 'string');
  return parseParameters([...listOption(options.param), ...flags.map((name) => `${name}=${options[name]}`)]);
}

/** The tasks that are named by `--task` or operands, and by `--task-file`; all of them where none is named. */
export async function chooseTasks(
  names: readonly string[],
  taskFile: string | boolean | undefined,
): Promise<{ tasks: readonly Task[]; named: boolean }> {
  const { findTask, tasks } = await import('../tasks/registry.ts');
  const own: Task[] = [];
  if (typeof taskFile === 'string') {
    const { readTaskFile } = await import('../datasets/task-file.ts');
    own.push(await readTaskFile(taskFile));
  }
  if (names.length > 0 && !names.includes('all')) {
    const among = [...own, ...tasks];
    return { tasks: [...new Set(names.map((name) => findTask(name, among)))], named: true };
  }
  return own.length > 0 ? { tasks: own, named: true } : { tasks, named: false };
}

/** The one task that a command needs. */
export async function chooseTask(options: Invocation['options']): Promise<Task> {
  const { tasks, named } = await chooseTasks(listOption(options.task), options.taskFile);
  if (named && tasks.length === 1) return tasks[0];
  throw new UserError('which-task', 'This command is about one task', {
    hint: 'Name it with --task NAME.',
    exitCode: EXIT.usage,
  });
}

/** The value of an option that has a default or was checked to be there. */
export function textOption(options: Invocation['options'], name: string): string {
  const value = options[name];
  if (typeof value === 'string' && value !== '') return value;
  const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  throw new UserError('option-missing', `${flag} is needed`, {
    hint: `Give ${flag} VALUE.`,
    exitCode: EXIT.usage,
  });
}

/** `--jobs`: whole and positive; by default every core. */
export function parseJobs(value: string | boolean | undefined): number {
  if (value === undefined) return availableParallelism();
  const jobs = Number(value);
  if (Number.isInteger(jobs) && jobs > 0) return jobs;
  throw new UserError('bad-jobs', `"${value}" is not a number of jobs`, {
    hint: 'A whole number from 1.',
    exitCode: EXIT.usage,
  });
}
