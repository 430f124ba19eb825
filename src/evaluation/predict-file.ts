import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { Question } from '../datasets/dataset.ts';
import { counted } from '../ground/counted.ts';
import { EXIT, UserError } from '../ground/errors.ts';
import { isStreamLike } from '../ground/files.ts';
import type { Text } from '../ground/language.ts';
import { acquireLock } from '../ground/lock.ts';
import { type Asking, collectAnswers, interpretReplies } from '../models/answers.ts';
import type { Reply } from '../models/contract.ts';
import { type AnsweredSplit, createHeader, type PredictionsHeader } from '../scoring/header.ts';
import { writeAnswers } from '../scoring/write.ts';
import type { Answer } from '../tasks/answer.ts';
import type { FamilyId } from '../tasks/examples.ts';
import type { Task } from '../tasks/task.ts';
import { answerQuestions } from './answering.ts';
import type { KeptModel } from './fitted.ts';

export interface PredictionRequest extends KeptModel {
  readonly task: Task;
  readonly questions: readonly Question[];
  /** The split of the questions, if they are a split. */
  readonly of: AnsweredSplit;
  /** JSON Lines, or Parquet where the name ends in `.parquet`; `-` is standard output. */
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
 * Answers questions with a kept model and writes the predictions, whole or not at all. Replies are kept in `OUT.partial` as
 * they arrive: those that a crash, an error or an interruption left there are not predicted again. Throws a UserError:
 * `interrupted`, which names that file, and `other-answers` where it belongs to another model or other inputs.
 */
export async function predictToFile(request: PredictionRequest, watching: Watching): Promise<Predicted> {
  const { task, questions, of, out } = request;
  const header = createHeader(task, questions, of);
  const answers = (await isStreamLike(out))
    ? await answerStream(request, watching, header)
    : await answerJournalled(request, watching, header);
  const predictions = answers.filter(({ status }) => status === 'answered').length;
  return { predictions, unanswered: questions.length - predictions };
}

/** To a file, with a journal next to it that one process at a time locks. */
async function answerJournalled(
  { task, questions, kind, fitted, identity, out }: PredictionRequest,
  watching: Watching,
  header: PredictionsHeader,
): Promise<readonly Answer[]> {
  const journal = `${out}.partial`;
  await using _lock = await acquireLock(`${journal}.lock`);
  const key = JSON.stringify([header, await identity()]);
  const run = `predict-${createHash('sha256').update(key).digest('hex').slice(0, 16)}`;
  const asked = { run, journal, task, questions };
  let known = 0;
  const { answers } = await answerQuestions(asked, kind, fitted, {
    signal: watching.signal,
    onProgress(share) {
      known = share;
      watching.onProgress?.(share);
    },
  }).catch((error) => {
    if (!watching.signal.aborted || known === 0) throw error;
    throw interrupted(journal, Math.round(known * questions.length), questions.length, RESUMES);
  });
  await writeAnswers(out, questions, answers, header);
  await rm(journal, { force: true });
  return answers;
}

/** To a target that cannot be replaced and has no journal: if interrupted, the predictions so far are written. */
async function answerStream(
  { task, questions, kind, fitted, out }: PredictionRequest,
  { signal, onProgress }: Watching,
  header: PredictionsHeader,
): Promise<readonly Answer[]> {
  const inputs = questions.map(({ input }) => input);
  const replies = new Map<number, Reply>();
  const asking: Asking<FamilyId> = { kind, fitted, task, inputs, replies, signal, onProgress };
  const answers = await collectAnswers(asking).catch(async (error) => {
    if (!signal.aborted || replies.size === 0) throw error;
    const known = [...replies.keys()].sort((a, b) => a - b);
    const all = interpretReplies(asking);
    const rows = [known.map((i) => questions[i]), known.map((i) => all[i])] as const;
    await writeAnswers(out, ...rows, header);
    throw interrupted(out, replies.size, inputs.length, WRITTEN);
  });
  await writeAnswers(out, questions, answers, header);
  return answers;
}

const RESUMES: Text = {
  en: 'Rerunning the command resumes from this file.',
  zh: '重新执行同一命令即可从该文件继续。',
};
const WRITTEN: Text = {
  en: 'Their predictions were written; the same command predicts all inputs.',
  zh: '已有预测已写出；再次执行同一命令会预测全部输入。',
};

/** The error after Ctrl-C: how many predictions were made, and where they are. */
const interrupted = (file: string, predicted: number, asked: number, hint: Text): UserError =>
  new UserError(
    'interrupted',
    {
      en: `Interrupted after ${predicted} of ${counted(asked, 'input')}`,
      zh: `已中断：完成 ${asked} 条输入中的 ${predicted} 条`,
    },
    {
      file,
      hint,
      exitCode: EXIT.interrupted,
    },
  );
