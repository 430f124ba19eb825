import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { openDataset } from '../datasets/dataset.ts';
import { EXIT, UserError } from '../ground/errors.ts';
import { readLines } from '../ground/files.ts';
import { collectAnswers, predictionOf } from '../models/answers.ts';
import { readPredictions } from '../scoring/predictions.ts';
import { refuseUnfit } from '../scoring/problems.ts';
import {
  type SubmissionFile,
  type SubmissionPart,
  submissionFile,
  writeSubmission,
} from '../scoring/submissions/pack.ts';
import { isPromptTask, promptsFile } from '../scoring/submissions/prompts.ts';
import { shapeOf } from '../scoring/submissions/registry.ts';
import { findTask } from '../tasks/registry.ts';
import type { Task } from '../tasks/task.ts';
import { loadKept } from './fitted.ts';
import { findRun } from './opened.ts';
import { pathsOf, readRun } from './store.ts';

export interface PackRequest {
  /** Kept runs with their model, or files of predictions that say which task they answer. */
  readonly sources: readonly string[];
  /** The tasks of the suite. */
  readonly tasks: readonly Task[];
  readonly dataDir: string;
  readonly runsDir: string;
  readonly out: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (share: number) => void;
}

/**
 * Answers the test splits with the kept models of runs, or takes predictions from files, and writes the official files as one
 * zip. Throws a UserError: `no-kept-model`, `not-submitted` for a task outside the suite, `duplicate-task`, and the errors of
 * reading runs, predictions and corpora.
 */
export async function packSubmission(request: PackRequest): Promise<readonly SubmissionFile[]> {
  const { sources, out, onProgress } = request;
  const files = new Map<string, SubmissionFile>();
  const prompts: SubmissionPart[] = [];
  for (const [i, source] of sources.entries()) {
    const part = (await isPredictions(source))
      ? await fromFile(source, request)
      : await fromRun(source, request);
    if (files.has(part.task.id) || prompts.some(({ task }) => task.id === part.task.id))
      throw duplicateTask(part.task, source);
    if (isPromptTask(part.task)) prompts.push(part);
    else files.set(part.task.id, await submissionFile(part));
    onProgress?.((i + 1) / sources.length);
  }
  const [first, ...others] = prompts;
  const written = [...files.values(), ...(first ? [await promptsFile([first, ...others])] : [])];
  await writeSubmission(written, out);
  return written;
}

const isPredictions = async (source: string): Promise<boolean> =>
  existsSync(source) && (await stat(source)).isFile() && basename(source) !== 'run.json';

async function fromFile(file: string, { tasks, dataDir }: PackRequest): Promise<SubmissionPart> {
  const task = submitted(findTask(await taskNameOf(file)), tasks, file);
  const { questions, ...opened } = await testSplit(task, dataDir);
  const read = await readPredictions(file, opened.task, questions);
  refuseUnfit(file, read);
  return { ...opened, questions, predictions: read.predictions };
}

/** The task that the header of a file of predictions names. */
async function taskNameOf(file: string): Promise<string> {
  for await (const { text } of readLines(file)) {
    let header: unknown;
    try {
      header = JSON.parse(text);
    } catch {
      break;
    }
    if (typeof header === 'object' && header !== null && 'task' in header && typeof header.task === 'string')
      return header.task;
    break;
  }
  throw new UserError(
    'which-task',
    { en: 'The file does not say which task it answers', zh: '文件未注明所答任务' },
    {
      file,
      line: 1,
      field: 'task',
      hint: {
        en: 'Begin it with the line that `chineseblue predict` writes, for example {"chineseblue": "predictions@1", "task": "CMeEE"}.',
        zh: '请以 `chineseblue predict` 写出的首行开头，例如 {"chineseblue": "predictions@1", "task": "CMeEE"}。',
      },
    },
  );
}

async function fromRun(
  name: string,
  { tasks, dataDir, runsDir, signal }: PackRequest,
): Promise<SubmissionPart> {
  const directory = findRun(name, runsDir);
  const { record } = await readRun(directory);
  const { questions, ...opened } = await testSplit(
    submitted(findTask(record.task.id), tasks, directory),
    dataDir,
  );
  const { model } = pathsOf(directory);
  if (!existsSync(model)) throw noKeptModel(directory, record.model.id);
  const { kind, fitted } = await loadKept(`${record.model.id}:${model}`, opened.task);
  const inputs = questions.map(({ input }) => input);
  const answers = await collectAnswers({ kind, fitted, task: opened.task, inputs, signal });
  return { ...opened, questions, predictions: answers.map(predictionOf) };
}

async function testSplit(
  declared: Task,
  dir: string,
): Promise<Pick<SubmissionPart, 'task' | 'dir' | 'questions'>> {
  const dataset = await openDataset({ task: declared, dir });
  const { questions } = await dataset.split('test');
  return { task: dataset.task, dir, questions };
}

const isSubmitted = (task: Task): boolean => isPromptTask(task) || shapeOf(task) !== undefined;

function submitted(task: Task, tasks: readonly Task[], file: string): Task {
  if (isSubmitted(task) && tasks.some(({ id }) => id === task.id)) return task;
  throw new UserError(
    'not-submitted',
    { en: `Nothing is submitted for ${task.id}`, zh: `${task.id} 没有提交文件` },
    {
      file,
      hint: {
        en: `Submitted are ${tasks
          .filter(isSubmitted)
          .map(({ id }) => id)
          .join(', ')}.`,
        zh: `可提交：${tasks
          .filter(isSubmitted)
          .map(({ id }) => id)
          .join('、')}。`,
      },
      exitCode: EXIT.usage,
    },
  );
}

const duplicateTask = ({ id }: Task, file: string): UserError =>
  new UserError(
    'duplicate-task',
    { en: `${id} is answered twice`, zh: `${id} 有两份答案` },
    {
      file,
      hint: { en: 'Name one run or file per task.', zh: '每个任务只指定一个运行或文件。' },
      exitCode: EXIT.usage,
    },
  );

const noKeptModel = (file: string, model: string): UserError =>
  new UserError(
    'no-kept-model',
    {
      en: `The run did not keep its model (${model}), so test cannot be predicted`,
      zh: `该运行未保存模型（${model}），无法回答测试集`,
    },
    {
      file,
      hint: {
        en: 'Run it again with --keep-model, or name a file that `chineseblue predict --split test` wrote.',
        zh: '请加 --keep-model 重新运行，或指定 `chineseblue predict --split test` 写出的文件。',
      },
    },
  );
