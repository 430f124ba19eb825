import type { Question } from '../datasets/dataset.ts';
import { findQuestion } from '../datasets/find-question.ts';
import { EXIT, UserError } from '../ground/errors.ts';
import type { Text } from '../ground/language.ts';
import { collectAnswers } from '../models/answers.ts';
import { modelKinds } from '../models/registry.ts';
import type { Answer } from '../tasks/answer.ts';
import type { Task } from '../tasks/task.ts';
import type { KeptModel } from './fitted.ts';

export interface ExplanationRequest extends Pick<KeptModel, 'kind' | 'fitted'> {
  readonly task: Task;
  readonly questions: readonly Question[];
  /** Which of the questions. */
  readonly id: string;
  readonly signal?: AbortSignal;
}

/** A question, its answer, and the evidence for it. */
export interface Explanation {
  readonly question: Question;
  readonly answer: Answer;
  readonly reasons: readonly Text[];
}

/** Answers one question and says why. Throws a UserError: `unknown-id`, or `cannot-explain` for kinds that do not. */
export async function explainAnswer(request: ExplanationRequest): Promise<Explanation> {
  const { task, questions, id, kind, fitted, signal } = request;
  const question = findQuestion(id, questions);
  if (!fitted.explain) throw cannotExplain(kind.id);
  const [answer] = await collectAnswers({ kind, fitted, task, inputs: [question.input], signal });
  return { question, answer, reasons: fitted.explain(question.input) };
}

function cannotExplain(id: string): UserError {
  const able = modelKinds().flatMap((kind) => (kind.capabilities.explain ? [kind.id] : []));
  return new UserError(
    'cannot-explain',
    { en: `Models of kind ${id} do not explain their answers`, zh: `${id} 类模型不提供解释` },
    {
      hint: { en: `These do: ${able.join(', ')}.`, zh: `可解释的模型：${able.join('、')}。` },
      exitCode: EXIT.usage,
    },
  );
}
