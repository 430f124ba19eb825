import type { Question } from '../datasets/dataset.ts';
import type { FittedModel, ModelKind, Reply } from '../models/contract.ts';
import type { Answer, AnswerStatus, Usage } from '../tasks/answer.ts';
import type { Task } from '../tasks/task.ts';
import { openJournal } from './journal.ts';
import type { Watcher } from './plan.ts';

/** What is to be answered, by whom, and where the replies are kept. */
export interface Asked {
  readonly run: string;
  readonly journal: string;
  readonly task: Task;
  readonly questions: readonly Question[];
}

/** What became of the questions: `asked = answered + refused + unreadable + missing`. */
export type AnswerCounts = Readonly<Record<'asked' | AnswerStatus, number>>;

export interface Answers {
  /** Aligned with the questions. */
  readonly answers: readonly Answer[];
  readonly counts: AnswerCounts;
  /** The sum over all replies; absent where none of them says. */
  readonly usage?: Usage;
}

/**
 * Asks a fitted model what the journal does not have yet, and reads all replies. Every reply is in the journal as soon as
 * it arrives, also where this is aborted or fails.
 */
export async function answerQuestions(
  { run, journal: file, task, questions }: Asked,
  kind: ModelKind,
  fitted: FittedModel,
  { onProgress, signal }: Watcher = {},
): Promise<Answers> {
  const journal = await openJournal(file, run);
  const replies = questions.map(({ id }) => journal.replies.get(id));
  const answered = new Set([...replies.keys()].filter((index) => replies[index]));
  let done = answered.size;
  try {
    signal?.throwIfAborted();
    await fitted.answer(
      questions.map(({ input }) => input),
      {
        signal,
        answered,
        onAnswer(index, reply) {
          journal.append(questions[index].id, reply);
          replies[index] = reply;
          onProgress?.(++done / questions.length);
        },
      },
    );
  } finally {
    await journal.close();
  }
  signal?.throwIfAborted();
  return interpret(kind, task, questions, replies);
}

function interpret(
  kind: ModelKind,
  task: Task,
  questions: readonly Question[],
  replies: readonly (Reply | undefined)[],
): Answers {
  const answers = questions.map(({ input }, index): Answer => {
    const reply = replies[index];
    return reply ? kind.interpret(reply.raw, input, task) : { status: 'missing' };
  });
  const counts = { asked: questions.length, answered: 0, refused: 0, unreadable: 0, missing: 0 };
  for (const { status } of answers) counts[status]++;
  return { answers, counts, usage: sumUsage(replies.flatMap((reply) => reply?.usage ?? [])) };
}

function sumUsage(usages: readonly Usage[]): Usage | undefined {
  if (usages.length === 0) return undefined;
  const sum = (of: (usage: Usage) => number | undefined): number =>
    usages.reduce((total, usage) => total + (of(usage) ?? 0), 0);
  return {
    promptTokens: sum(({ promptTokens }) => promptTokens),
    completionTokens: sum(({ completionTokens }) => completionTokens),
  };
}
