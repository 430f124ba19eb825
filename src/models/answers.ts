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
  /** Filled as replies arrive, by the index of their input, so that they outlive an interruption. */
  readonly replies?: Map<number, Reply>;
}

/** Asks a fitted model everything and reads its replies: one answer per input, in order. */
export async function collectAnswers<F extends FamilyId>(asking: Asking<F>): Promise<Answer[]> {
  const { fitted, inputs, signal, onProgress, replies = new Map() } = asking;
  await fitted.answer(inputs, {
    signal,
    onAnswer(index, reply) {
      replies.set(index, reply);
      onProgress?.(replies.size / inputs.length);
    },
  });
  return interpretReplies({ ...asking, replies });
}

/** One answer per input, in order; `missing` where no reply has arrived. */
export const interpretReplies = <F extends FamilyId>({
  kind,
  task,
  inputs,
  replies,
}: Pick<Asking<F>, 'kind' | 'task' | 'inputs' | 'replies'>): Answer[] =>
  inputs.map((input, index) => {
    const reply = replies?.get(index);
    return reply ? kind.interpret(reply.raw, input, task) : { status: 'missing' };
  });

/** The prediction of an answer; undefined if there is none. */
export const predictionOf = (answer: Answer): Prediction | undefined =>
  answer.status === 'answered' ? answer.prediction : undefined;
