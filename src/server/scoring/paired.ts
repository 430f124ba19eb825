import type { Metric, Reweighted, WholeMetric } from '../../metrics/metric.ts';
import { countUnits, groupAnswers, narrowTo } from '../../scoring/units.ts';
import { bootstrapDifference } from '../../statistics/paired.ts';
import { bootstrapWeighted } from '../../statistics/weighted-bootstrap.ts';
import type { Answered, Example, Prediction } from '../../tasks/examples.ts';
import { familyOf } from '../../tasks/families/registry.ts';
import type { Task } from '../../tasks/task.ts';
import type { Difference } from './requests.ts';

/** Resamples of a difference: its standard error is then known to about 2 %. */
const OPTIONS = { resamples: 1000, seed: 1 } as const;

type Units = readonly (readonly Answered[])[];
type Predictions = readonly (Prediction | undefined)[];

/** Score of `own` minus that of `other` under a convention, and its standard error over independent units. */
export function pairedDifference(
  task: Task,
  convention: string,
  examples: readonly Example[],
  [own, other]: readonly [Predictions, Predictions],
): Omit<Difference, 'rival'> {
  const measure = familyOf(task)
    .conventions.find(({ id }) => id === convention)!
    .metric(task);
  const [a, b] = [own, other].map((predictions) => groupAnswers(task, examples, predictions));
  return 'whole' in measure ? differenceOfWholes(measure, a, b) : differenceOfCounts(measure, a, b);
}

function differenceOfCounts(wide: Metric<Answered>, a: Units, b: Units): Omit<Difference, 'rival'> {
  const metric = narrowTo(wide, [...a, ...b]);
  const [left, right] = [a, b].map((units) => countUnits(metric, units));
  const found = bootstrapDifference(left, right, metric.width, metric.value, OPTIONS);
  return { difference: found.estimate, standardError: found.standardError };
}

function differenceOfWholes(metric: WholeMetric<Answered>, a: Units, b: Units): Omit<Difference, 'rival'> {
  const joint = metric.reweighted([...a, ...b]);
  if ('counted' in joint) return differenceOfCounts(joint.counted, a, b);
  const [left, right] = [a, b].map((units) => weighable(metric.reweighted(units)));
  const value = (weights: Float64Array): number => left.value(weights) - right.value(weights);
  const labelUnits = Math.min(left.labelUnits, right.labelUnits);
  const found = bootstrapWeighted({ value, units: a.length, labelUnits }, OPTIONS);
  return { difference: found.estimate, standardError: found.standardError };
}

function weighable(prepared: Reweighted<Answered>): Exclude<typeof prepared, { readonly counted: unknown }> {
  if ('counted' in prepared) throw new Error('a metric must be prepared in one way');
  return prepared;
}
