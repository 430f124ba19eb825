import type { Input, Prediction } from '../examples.ts';
import type { Task } from '../task.ts';
import { familyOf } from './registry.ts';
import type { Block, Side } from './view.ts';

/** An input and its answer, as pages draw them. */
export interface DisplayedAnswer extends Side {
  readonly blocks: readonly Block[];
  /** Of all labels, where they were given; larger is likelier. */
  readonly scores?: Readonly<Record<string, number>>;
}

/** A prediction as its family shows it. */
export function toDisplayed(
  task: Pick<Task, 'family'>,
  input: Input,
  prediction: Prediction,
): DisplayedAnswer {
  const { view } = familyOf(task);
  const scores = view.choice?.(prediction).scores ?? ('scores' in prediction ? prediction.scores : undefined);
  return {
    blocks: view.blocks(input),
    ...view.side(prediction, input),
    ...(isByLabel(scores) && { scores }),
  };
}

const isByLabel = (
  scores: readonly number[] | Readonly<Record<string, number>> | undefined,
): scores is Readonly<Record<string, number>> => scores !== undefined && !Array.isArray(scores);
