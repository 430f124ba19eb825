import type { Forward } from '../../encoders/inference/forward.ts';
import type { Tensor } from '../../encoders/weights/read.ts';
import { createYielder } from '../../ground/yielder.ts';
import type { FamilyId, Input, Prediction } from '../../tasks/examples.ts';
import type { AnswerOptions } from '../contract.ts';
import type { Plan, Question } from './plan.ts';

export type Weights = ReadonlyMap<string, Float32Array>;

/** The weights alone, by name. */
export const weightsOf = (tensors: ReadonlyMap<string, Tensor>): Weights =>
  new Map(Array.from(tensors, ([name, { data }]) => [name, data]));

/** Everything needed for inference: input encoding, the network, and the weights used in decoding. */
export interface Answering<F extends FamilyId, Answer> {
  readonly ask: Plan<F, never, Answer>['ask'];
  readonly forward: Forward<Answer>;
  readonly weights: Weights;
}

export interface PredictOptions<F extends FamilyId> extends Pick<AnswerOptions, 'signal' | 'answered'> {
  /** Called once for every input that is not answered yet, as soon as all of its sequences have been read. */
  readonly onPrediction: (index: number, prediction: Prediction<F>) => void;
}

/**
 * Predicts for inputs, batch of sequences by batch. All inputs are packed into batches, so that each prediction is the
 * same to the bit whatever was answered before; batches of answered inputs alone are skipped.
 */
export async function predictEach<F extends FamilyId, Answer>(
  { ask, forward, weights }: Answering<F, Answer>,
  inputs: readonly Input<F>[],
  { onPrediction, signal, answered }: PredictOptions<F>,
): Promise<void> {
  const yielder = createYielder(signal);
  const questions: Question<F, Answer>[] = [];
  for (const input of inputs) {
    questions.push(ask(input));
    await yielder();
  }
  const sequences = questions.flatMap((question) => question.sequences);
  const places = questions.flatMap((question, index) =>
    question.sequences.map((_, place) => ({ index, place })),
  );
  const pending = questions.map((question) => ({
    missing: question.sequences.length,
    answers: new Array<Answer>(question.sequences.length),
  }));
  const isAnswered = (index: number): boolean => answered?.has(index) ?? false;
  const finish = (index: number): void => {
    if (isAnswered(index)) return;
    const prediction = questions[index].decode(pending[index].answers, (name) => weights.get(name)!);
    onPrediction(index, prediction);
  };
  for (const [index, { missing }] of pending.entries()) if (missing === 0) finish(index);
  await forward(sequences, {
    ...(signal && { signal }),
    skip: (sequence) => isAnswered(places[sequence].index),
    onAnswer(sequence, answer) {
      const { index, place } = places[sequence];
      const question = pending[index];
      question.answers[place] = answer;
      question.missing--;
      if (question.missing === 0) finish(index);
    },
  });
}

/** Predictions for all inputs, in their order. */
export async function predictAll<F extends FamilyId, Answer>(
  answering: Answering<F, Answer>,
  inputs: readonly Input<F>[],
): Promise<Prediction<F>[]> {
  const predictions = new Array<Prediction<F>>(inputs.length);
  await predictEach(answering, inputs, {
    onPrediction: (index, prediction) => {
      predictions[index] = prediction;
    },
  });
  return predictions;
}
