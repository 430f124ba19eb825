import { countUnits, groupAnswers, sumCounts } from '../../scoring/units.ts';
import { findConvention } from '../../tasks/conventions.ts';
import type { Example, FamilyId, Prediction } from '../../tasks/examples.ts';
import type { Task } from '../../tasks/task.ts';

/** The primary score of a task, so that larger is better; NaN where it is undefined. */
export function primaryScore<F extends FamilyId>(
  task: Task,
  examples: readonly Example<F>[],
  predictions: readonly Prediction<F>[],
): number {
  const convention = findConvention(task.primary);
  const metric = convention.metric(task);
  const units = [...groupAnswers(task, examples, predictions).values()];
  const value =
    'whole' in metric
      ? metric.whole(units.flat())
      : metric.value(sumCounts(countUnits(metric, units), metric.width));
  return convention.smallerIsBetter ? -value : value;
}
