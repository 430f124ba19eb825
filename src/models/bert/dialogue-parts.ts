import type { Gold, Input, Prediction } from '../../tasks/examples.ts';
import { type LearntLabels, learnLabels, learntLabels, planLabelled } from './labels.ts';
import { type Mark, markedSequences } from './marked.ts';
import { definePlanner, type Planner } from './plan.ts';

/** Families with one label for each of several parts of a dialogue. */
interface Parts<F extends 'dialogue-acts' | 'mention-status'> {
  marks(input: Input<F>): readonly Mark[];
  labels(gold: Gold<F>): readonly string[];
  prediction(labels: readonly string[]): Prediction<F>;
}

/** Every part is classified separately, marked in its dialogue. */
function partsPlanner<F extends 'dialogue-acts' | 'mention-status'>({
  marks,
  labels,
  prediction,
}: Parts<F>): Planner<F> {
  return definePlanner<F, LearntLabels>({
    schema: learntLabels,
    learn: (examples, parameters) =>
      learnLabels(
        examples.flatMap(({ gold }) => labels(gold)),
        parameters,
      ),
    plan: (learnt, context) =>
      planLabelled<F>(learnt, context, {
        sequences: (input) =>
          markedSequences(context.tokenizer, input.turns, marks(input), context.parameters.maxLength),
        labels,
        prediction: (answers) => prediction(answers.map(({ label }) => label)),
      }),
  });
}

/** Dialogue acts: one label per turn. */
export const actsPlanner = partsPlanner<'dialogue-acts'>({
  marks: ({ turns }) => turns.map(({ text }, turn) => ({ turn, start: 0, end: text.length })),
  labels: ({ acts }) => acts,
  prediction: (acts) => ({ acts }),
});

/** The status of a mention. */
export const statusPlanner = partsPlanner<'mention-status'>({
  marks: ({ mentions }) => mentions,
  labels: ({ statuses }) => statuses,
  prediction: (statuses) => ({ statuses }),
});
