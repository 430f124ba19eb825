import { availableParallelism } from 'node:os';
import { EXIT, UserError } from '../ground/errors.ts';
import { type GivenParameters, kebab, list, text } from '../ground/parameters.ts';
import type { ModelFile } from '../models/model-file.ts';
import type { Task } from '../tasks/task.ts';
import { type Invocation, listOption, type OptionSpec } from './command.ts';

/** Options that several commands share, each declared once. */
export const DATA_DIR: OptionSpec = {
  flags: '--data-dir <dir>',
  summary: {
    en: 'directory of the corpora (default: CHINESEBLUE_DATA, else your cache directory)',
    zh: '语料目录（默认 CHINESEBLUE_DATA，否则为用户缓存目录）',
  },
};
export const RUNS_DIR: OptionSpec = {
  flags: '--runs-dir <dir>',
  summary: { en: 'directory of the runs', zh: '运行结果目录' },
  default: 'runs',
};
export const RESULTS: OptionSpec = {
  flags: '--results <file>',
  summary: { en: 'also write the table as a Markdown page', zh: '同时将结果表写成 Markdown 页面' },
};
export const SPLIT: OptionSpec = {
  flags: '--split <name>',
  summary: {
    en: 'the split to score: train, dev, test, or regrouped@1 (pooled and split again without shared text)',
    zh: '评测所用的划分：train、dev、test，或 regrouped@1（合并后重新划分，互不重叠）',
  },
  default: 'test',
};
export const TASK_FILE: OptionSpec = {
  flags: '--task-file <file>',
  summary: {
    en: 'a file that declares your own task (JSON or a module)',
    zh: '声明自定义任务的文件（JSON 或模块）',
  },
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

/** How a fitted model answers; a kind without these parameters refuses them. */
export const ANSWERING: readonly OptionSpec[] = [
  {
    flags: '--dtype <name>',
    summary: { en: 'fp32, or int8: faster, slightly less accurate', zh: 'fp32，或 int8（更快，精度略降）' },
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
  runsDir: text({ placeholder: 'dir', default: 'runs', summary: RUNS_DIR.summary }),
  train: list({
    summary: {
      en: 'tasks whose train split is included, or all that are available',
      zh: '同时使用其训练集的任务，或 all（现有全部）',
    },
  }),
};

export const MODEL_FILE: OptionSpec = {
  flags: '--model-file <file>',
  summary: {
    en: 'a module that defines models of your own; its code runs',
    zh: '定义自有模型的模块文件（其代码会被执行）',
  },
};

/** The parameters that `--param` and the flags of `ANSWERING` give. */
export async function parameterOptions(options: Invocation['options']): Promise<GivenParameters> {
  const { parseAssignments } = await import('../evaluation/plans.ts');
  const flags = ['dtype', 'device', 'threads'].filter((name) => typeof options[name] === 'string');
  return parseAssignments([...listOption(options.param), ...flags.map((name) => `${name}=${options[name]}`)]);
}

/** Registers the models of `--model-file`. */
export async function modelFileOption({ modelFile }: Invocation['options']): Promise<ModelFile | undefined> {
  if (typeof modelFile !== 'string') return undefined;
  return (await import('../models/model-file.ts')).loadModelFile(modelFile);
}

/** The tasks named by `--task` or operands, and by `--task-file`; all of them where none is named. */
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
  throw new UserError(
    'which-task',
    { en: 'This command needs exactly one task', zh: '该命令需要且只能指定一个任务' },
    {
      hint: { en: 'Name it with --task NAME.', zh: '请用 --task NAME 指定。' },
      exitCode: EXIT.usage,
    },
  );
}

/** For commands that would do nothing: the directory, which may not exist, holds no corpus of any task. */
export const noCorpora = (dir: string): UserError =>
  new UserError(
    'no-corpora',
    { en: 'There is no corpus in this directory', zh: '该目录中没有任何语料' },
    {
      file: dir,
      hint: {
        en: 'Check --data-dir and CHINESEBLUE_DATA, or fetch the corpora with `chineseblue data get`.',
        zh: '请检查 --data-dir 与 CHINESEBLUE_DATA，或用 `chineseblue data get` 下载语料。',
      },
    },
  );

/** The text that an option holds. Throws a UserError (usage) where it is missing or empty. */
export function textOption(options: Invocation['options'], name: string): string {
  const value = options[name];
  if (typeof value === 'string' && value !== '') return value;
  const flag = `--${kebab(name)}`;
  throw new UserError(
    'option-missing',
    { en: `The option ${flag} is required`, zh: `必须给出选项 ${flag}` },
    {
      hint: { en: `Add ${flag} VALUE.`, zh: `请添加 ${flag} VALUE。` },
      exitCode: EXIT.usage,
    },
  );
}

/** `--source`: the format of a corpus that is read. */
export function parseSource(value: string | boolean | undefined): 'primary' | 'alternative' {
  if (value === undefined || value === 'primary') return 'primary';
  if (value === 'alternative') return value;
  throw new UserError(
    'bad-option',
    { en: `There is no source "${value}"`, zh: `没有来源“${value}”` },
    {
      field: 'source',
      hint: { en: 'Sources: primary, alternative.', zh: '可用来源：primary、alternative。' },
      exitCode: EXIT.usage,
    },
  );
}

/** `--jobs`: a positive whole number; by default one per core. */
export function parseJobs(value: string | boolean | undefined): number {
  if (value === undefined) return availableParallelism();
  const jobs = Number(value);
  if (Number.isInteger(jobs) && jobs > 0) return jobs;
  throw new UserError(
    'bad-jobs',
    { en: `--jobs: "${value}" is not a positive whole number`, zh: `--jobs：“${value}”不是正整数` },
    {
      hint: { en: 'Give a whole number from 1.', zh: '请给出不小于 1 的整数。' },
      exitCode: EXIT.usage,
    },
  );
}
