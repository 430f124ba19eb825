import { findConvention } from '../tasks/conventions.ts';
import type { Example, FamilyId, Prediction } from '../tasks/examples.ts';
import type { Task } from '../tasks/task.ts';
import { createScorer, groupAnswers } from './units.ts';

/**
 * The primary score of a task as a function that models may call for choosing and stopping: larger is better, NaN where
 * it is undefined.
 */
export const devScore =
  (task: Task) =>
  <F extends FamilyId>(examples: readonly Example<F>[], predictions: readonly Prediction<F>[]): number => {
    const convention = findConvention(task.primary);
    const metric = convention.metric(task);
    const value =
      'whole' in metric
        ? metric.whole(groupAnswers(task, examples, predictions).flat())
        : createScorer(task, examples, metric)(predictions);
    return convention.smallerIsBetter ? -value : value;
  };
