import type { Answer } from '../tasks/answer.ts';
import type { FamilyId, Input, Prediction } from '../tasks/examples.ts';
import type { Task } from '../tasks/task.ts';
import type { FittedModel, ModelKind, Reply } from './contract.ts';

export interface Asking<F extends FamilyId> {
  readonly kind: Pick<ModelKind, 'interpret'>;
  readonly fitted: FittedModel<F>;
  readonly task: Task;
  readonly inputs: readonly Input<F>[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (share: number) => void;
}

/** Asks a fitted model everything and reads its replies: one answer per input, in order. */
export async function collectAnswers<F extends FamilyId>(asking: Asking<F>): Promise<Answer[]> {
  const { kind, fitted, task, inputs, signal, onProgress } = asking;
  const replies = new Map<number, Reply>();
  await fitted.answer(inputs, {
    signal,
    onAnswer(index, reply) {
      replies.set(index, reply);
      onProgress?.(replies.size / inputs.length);
    },
  });
  return inputs.map((input, index) => {
    const reply = replies.get(index);
    return reply ? kind.interpret(reply.raw, input, task) : { status: 'missing' };
  });
}

/** The prediction of an answer; undefined where there is none. */
export const predictionOf = (answer: Answer): Prediction | undefined =>
  answer.status === 'answered' ? answer.prediction : undefined;
