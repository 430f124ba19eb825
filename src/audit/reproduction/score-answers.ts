import { countUnits, groupAnswers, narrowTo } from '../../scoring/units.ts';
import { sumCounts } from '../../statistics/counts.ts';
import { findConvention } from '../../tasks/conventions.ts';
import type { Example, Prediction } from '../../tasks/examples.ts';
import type { Task } from '../../tasks/task.ts';
import type { Reproduced } from './reproduction.ts';

/** Answers under a convention that adds up over units. */
export function scoreAnswers(
  convention: string,
  task: Task,
  examples: readonly Example[],
  predictions: readonly (Prediction | undefined)[],
): Reproduced {
  const wide = findConvention(convention).metric(task);
  if ('whole' in wide) throw new Error(`${convention} does not add up over units`);
  const units = groupAnswers(task, examples, predictions);
  const metric = narrowTo(wide, units);
  const counts = countUnits(metric, units);
  const sums = sumCounts(counts, metric.width);
  const { width, value: scoreOf, supports } = metric;
  return { value: scoreOf(sums), counts, width, scoreOf, supports, details: metric.details?.(sums) };
}
