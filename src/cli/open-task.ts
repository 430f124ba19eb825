import type { Dataset, DatasetNote, DatasetRequest, JudgedSplit, Question } from '../datasets/dataset.ts';
import { EXIT, UserError } from '../ground/errors.ts';
import type { Parsed } from '../ground/parameters.ts';
import type { AnsweredSplit } from '../scoring/header.ts';
import type { SplitName, Task } from '../tasks/task.ts';
import type { DATA_DIR, SPLIT, TASK, TASK_FILE } from './options.ts';
import type { Terminal } from './terminal.ts';

/** The data directory that `--data-dir` or the environment names. */
export async function dataDirOf({ dataDir }: Partial<Parsed<typeof DATA_DIR>>): Promise<string> {
  const { resolveDataDir } = await import('../datasets/directory.ts');
  return resolveDataDir(dataDir, process.env).dir;
}

/**
 * The tasks named by `--task` or operands, and by `--task-file`; all of them where none is named. With a data directory
 * also those that were imported into it.
 */
export async function chooseTasks(
  names: readonly string[],
  taskFile?: string,
  dir?: string,
): Promise<{ tasks: readonly Task[]; named: boolean }> {
  const { findTask, tasks: builtIn } = await import('../tasks/registry.ts');
  const own: Task[] = [];
  if (taskFile !== undefined) {
    const { readTaskFile } = await import('../datasets/task-file.ts');
    own.push(await readTaskFile(taskFile));
  }
  const tasks = [...builtIn];
  if (dir !== undefined) {
    const { importedTasks } = await import('../datasets/imported-tasks.ts');
    tasks.push(...(await importedTasks(dir, names)));
  }
  if (names.length > 0 && !names.includes('all')) {
    const among = [...own, ...tasks];
    return { tasks: [...new Set(names.map((name) => findTask(name, among)))], named: true };
  }
  return own.length > 0 ? { tasks: own, named: true } : { tasks, named: false };
}

type Named = Parsed<typeof TASK> & Partial<Parsed<typeof TASK_FILE & typeof DATA_DIR>>;

/** The one task that a command needs. Throws a UserError `which-task` (usage) where none or several are named. */
export async function chooseTask({ task, taskFile, dataDir }: Named): Promise<Task> {
  const { tasks, named } = await chooseTasks(task, taskFile, await dataDirOf({ dataDir }));
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

/** One task's data as a command's options name them. */
export interface TaskData {
  /** With its labels. */
  readonly task: Task;
  readonly dataset: Dataset;
  /** The value of `--split`. */
  readonly split: JudgedSplit;
  /** The part of the dataset that it names. */
  readonly part: SplitName;
}

type TaskOptions = Named & Parsed<typeof DATA_DIR & typeof SPLIT>;

/** Opens the data of the one task that `--task`, `--task-file`, `--data-dir` and `--split` name, once for a command. */
export async function openTaskData(options: TaskOptions): Promise<TaskData> {
  const task = await chooseTask(options);
  const { openJudged } = await import('../datasets/dataset.ts');
  const { judgedSplit } = await import('../tasks/task.ts');
  const { split = judgedSplit(task) } = options;
  const { dataset, part } = await openJudged({ task, dir: await dataDirOf(options), split });
  return { task: dataset.task, dataset, split, part };
}

/** The inputs of a kept model. */
export interface Asked {
  readonly task: Task;
  readonly questions: readonly Question[];
  /** The split that they are; empty for inputs from a file. */
  readonly of: AnsweredSplit;
  /** Of the split; absent for inputs from a file. */
  readonly dataset?: Dataset;
}

/** The inputs of `--input`, else the questions of the split that the options name. */
export async function openQuestions(options: TaskOptions & { readonly input?: string }): Promise<Asked> {
  const { task, dataset, split, part } = await openTaskData(options);
  if (options.input !== undefined) {
    const { readInputs } = await import('../datasets/inputs.ts');
    return { task, questions: await readInputs(options.input, task), of: {} };
  }
  const { questions } = await dataset.split(part);
  return { task, questions, of: { split, scheme: dataset.scheme }, dataset };
}

type JudgedRequest = Omit<DatasetRequest, 'scheme'> & { readonly split?: JudgedSplit };

/**
 * Prints notes on the data of each task for readers of the figures, and on what is suspicious about the labels of
 * tasks that declare none. A note on several tasks is printed once; `shown` are those that the output itself contains.
 */
export async function noteDatasets(
  requests: readonly JudgedRequest[],
  terminal: Terminal,
  shown: readonly DatasetNote['code'][] = [],
): Promise<void> {
  const { openDataset, openJudged } = await import('../datasets/dataset.ts');
  const { judgedSplit } = await import('../tasks/task.ts');
  const { findLabelDoubts } = await import('../datasets/label-doubts.ts');
  const remarks: Remark[] = [];
  for (const request of requests) {
    const { task, dir, source, split = judgedSplit(task) } = request;
    try {
      const { dataset, part } = await openJudged({ ...request, split });
      const released = part === split ? dataset : await openDataset({ task, dir, source });
      const notes = dataset.notes.filter(({ code }) => !shown.includes(code));
      const doubts = await findLabelDoubts(released);
      remarks.push(...[...notes, ...doubts].map(({ message }) => ({ task: task.id, message })));
    } catch (error) {
      // An unreadable corpus is reported by the code that needs it.
      if (!(error instanceof UserError)) throw error;
    }
  }
  printRemarks(remarks, terminal);
}

/** Prints notes on a dataset for readers of the figures. */
export const noteOpened = ({ task, notes }: Dataset, terminal: Terminal): void =>
  printRemarks(
    notes.map(({ message }) => ({ task: task.id, message })),
    terminal,
  );

/** Something about the data of a task. */
export interface Remark {
  readonly task: string;
  readonly message: DatasetNote['message'];
}

/** Notes remarks, equal ones once for all their tasks. */
export function printRemarks(remarks: readonly Remark[], terminal: Terminal): void {
  const groups = Map.groupBy(remarks, ({ message }) => terminal.say(message));
  for (const [message, tasks] of groups) {
    const ids = tasks.map(({ task }) => task);
    terminal.note({ en: `${ids.join(', ')}: ${message}`, zh: `${ids.join('、')}：${message}` });
  }
}

/** For commands that would do nothing: the directory does not exist or has no corpus. */
export const noCorpora = (dir: string): UserError =>
  new UserError(
    'no-corpora',
    { en: 'No corpus was found in this directory', zh: '该目录中没有任何语料' },
    {
      file: dir,
      hint: {
        en: 'Check --data-dir and CHINESEBLUE_DATA, or fetch the corpora with `chineseblue data get`.',
        zh: '请检查 --data-dir 与 CHINESEBLUE_DATA，或用 `chineseblue data get` 下载语料。',
      },
    },
  );
