import { rm } from 'node:fs/promises';
import type { Question } from '../datasets/dataset.ts';
import { EXIT, UserError } from '../ground/errors.ts';
import { isStandardOutput } from '../ground/files.ts';
import { type Asking, collectAnswers, interpretReplies } from '../models/answers.ts';
import type { Reply } from '../models/contract.ts';
import { type AnsweredSplit, createHeader } from '../scoring/header.ts';
import { writeAnswers } from '../scoring/write.ts';
import type { FamilyId } from '../tasks/examples.ts';
import type { Task } from '../tasks/task.ts';
import type { KeptModel } from './fitted.ts';

export interface PredictionRequest extends KeptModel {
  readonly task: Task;
  readonly questions: readonly Question[];
  /** The split that the questions are, where they are one. */
  readonly of: AnsweredSplit;
  /** JSON Lines; `-` is standard output. */
  readonly out: string;
}

/** Predictions that were written, and questions that have none. */
export interface Predicted {
  readonly predictions: number;
  readonly unanswered: number;
}

interface Watching {
  readonly signal: AbortSignal;
  readonly onProgress?: (share: number) => void;
}

/**
 * Answers questions with a kept model and writes the predictions, whole or not at all. Interrupted, it writes those that
 * it has to `OUT.partial` and throws a UserError `interrupted` that names the file.
 */
export async function predictToFile(request: PredictionRequest, watching: Watching): Promise<Predicted> {
  const { task, questions, of, kind, fitted, out } = request;
  const { signal, onProgress } = watching;
  const header = createHeader(task, questions, of);
  const inputs = questions.map(({ input }) => input);
  const replies = new Map<number, Reply>();
  const asking: Asking<FamilyId> = { kind, fitted, task, inputs, replies, signal, onProgress };
  const answers = await collectAnswers(asking).catch(async (error) => {
    if (!signal.aborted || replies.size === 0) throw error;
    const kept = isStandardOutput(out) ? out : partialOf(out);
    const known = [...replies.keys()].sort((a, b) => a - b);
    const all = interpretReplies(asking);
    const rows = [known.map((i) => questions[i]), known.map((i) => all[i])] as const;
    await writeAnswers(kept, ...rows, header);
    throw interrupted(kept, replies.size, inputs.length);
  });
  await writeAnswers(out, questions, answers, header);
  if (!isStandardOutput(out)) await rm(partialOf(out), { force: true });
  const predictions = answers.filter(({ status }) => status === 'answered').length;
  return { predictions, unanswered: questions.length - predictions };
}

const partialOf = (out: string): string => `${out}.partial`;

/** What Ctrl-C left of the predictions, and where. */
const interrupted = (file: string, predicted: number, asked: number): UserError =>
  new UserError(
    'interrupted',
    {
      en: `Interrupted after ${predicted} of ${asked} inputs`,
      zh: `已中断：完成 ${asked} 条输入中的 ${predicted} 条`,
    },
    {
      file,
      hint: {
        en: 'Their predictions are kept in this file; the same command predicts all inputs.',
        zh: '已有预测保存在该文件中；再次执行同一命令会预测全部输入。',
      },
      exitCode: EXIT.interrupted,
    },
  );
