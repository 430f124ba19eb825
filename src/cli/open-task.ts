import type { Dataset, JudgedSplit } from '../datasets/dataset.ts';
import { UserError } from '../ground/errors.ts';
import type { SplitName, Task } from '../tasks/task.ts';
import type { Invocation } from './command.ts';
import { chooseTask, textOption } from './options.ts';
import type { Terminal } from './terminal.ts';

type Options = Invocation['options'];

/** The data directory that `--data-dir` or the environment names. */
export async function dataDirOf(options: Options): Promise<string> {
  const { resolveDataDir } = await import('../datasets/directory.ts');
  const flag = typeof options.dataDir === 'string' ? options.dataDir : undefined;
  return resolveDataDir(flag, process.env).dir;
}

/** One task's data as a command's options name them. */
export interface TaskData {
  /** With its labels. */
  readonly task: Task;
  readonly dataset: Dataset;
  /** What `--split` says. */
  readonly split: JudgedSplit;
  /** The part of the dataset that it stands for. */
  readonly part: SplitName;
}

/** Opens the data of the one task that `--task`, `--task-file`, `--data-dir` and `--split` name, once for a command. */
export async function openTaskData(options: Options, chosen?: Task): Promise<TaskData> {
  const task = chosen ?? (await chooseTask(options));
  const { openJudged } = await import('../datasets/dataset.ts');
  const { parseSplit } = await import('../datasets/schemes/registry.ts');
  const split = parseSplit(textOption(options, 'split'));
  const { dataset, part } = await openJudged({ task, dir: await dataDirOf(options), split });
  return { task: dataset.task, dataset, split, part };
}

/** Notes what is suspicious about the labels of tasks that declare none, before they are learnt from or scored. */
export async function noteLabelDoubts(
  tasks: readonly Task[],
  dir: string,
  terminal: Terminal,
): Promise<void> {
  const { openDataset } = await import('../datasets/dataset.ts');
  const { findLabelDoubts } = await import('../datasets/label-doubts.ts');
  for (const task of tasks) {
    if (task.labels.length > 0) continue;
    const doubts = await openDataset({ task, dir })
      .then(findLabelDoubts)
      .catch((error: unknown) => {
        // What cannot be read is reported by whoever needs it.
        if (error instanceof UserError) return [];
        throw error;
      });
    for (const { message } of doubts) terminal.note(`${task.id}: ${terminal.say(message)}`);
  }
}
