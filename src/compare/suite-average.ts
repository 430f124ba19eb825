import { unitsOf } from '../datasets/units.ts';
import type { OpenedRun } from '../evaluation/opened.ts';
import type { Metric } from '../metrics/metric.ts';
import { answered, countUnits, narrowTo } from '../scoring/units.ts';
import { differenceOf, meanInterval, pairedSpreads, type Spread } from '../statistics/combined.ts';
import type { Interval } from '../statistics/interval.ts';
import { meanOverRuns } from '../statistics/mean-over-runs.ts';
import { findConvention } from '../tasks/conventions.ts';
import type { Answered } from '../tasks/examples.ts';
import type { Task } from '../tasks/task.ts';
import { sideBySide } from './counting.ts';

/** Resamples of an average: enough for a 95 % interval, and a tenth of those of one score, because there are many scores. */
const RESAMPLES = 4000;
const SEED = 1;

/** The mean of a model's primary scores over the tasks of a suite. */
export interface SuiteAverage {
  readonly model: string;
  /** Ids of the tasks that it has runs of: averages over different tasks do not compare. */
  readonly tasks: readonly string[];
  readonly interval: Interval;
  /** Against the first average over the same tasks; absent for that one. */
  readonly difference?: Interval;
}

/**
 * Averages runs over tasks, the models with the most tasks first, then the highest average. Over the runs of a model that
 * differ in their seed the scores are averaged first. Units are resampled within each task, with the same weights for all
 * models; a resample of the average is the mean of one resample of every task.
 */
export function averageSuite(runs: readonly OpenedRun[]): SuiteAverage[] {
  const byTask = Map.groupBy(runs, ({ task }) => task.id);
  const models = new Map<string, Map<string, Spread>>();
  let seed = SEED;
  for (const [id, own] of byTask) {
    for (const [model, spread] of spreadsOf(own, seed++)) {
      const tasks = models.get(model) ?? new Map<string, Spread>();
      models.set(model, tasks.set(id, spread));
    }
  }
  const averages = [...models].map(([model, spreads]) => ({
    model,
    spreads,
    tasks: [...spreads.keys()],
    interval: meanInterval([...spreads.values()]),
  }));
  averages.sort((a, b) => b.tasks.length - a.tasks.length || b.interval.estimate - a.interval.estimate);
  return averages.map(({ spreads, ...average }, i) => {
    const best = averages.findIndex(({ tasks }) => tasks.join('\n') === average.tasks.join('\n'));
    if (best === i) return average;
    const apart = average.tasks.map((id) => difference(id, spreads, averages[best].spreads));
    return { ...average, difference: meanInterval(apart) };
  });
}

function difference(id: string, a: ReadonlyMap<string, Spread>, b: ReadonlyMap<string, Spread>): Spread {
  const [left, right] = [a.get(id), b.get(id)];
  if (!left || !right) throw new Error(`no scores of ${id}`);
  return differenceOf(left, right);
}

/** The spread of every model on one task. */
function spreadsOf(runs: readonly OpenedRun[], seed: number): [string, Spread][] {
  const [{ task, examples }] = runs;
  const units = unitsOf(examples);
  const byModel = [...Map.groupBy(runs, modelOf)];
  const grouped = byModel.map(([, own]) =>
    own.map(({ predictions }) => {
      const answers = answered(task, examples, predictions);
      return units.map((unit) => unit.map((i) => answers[i]));
    }),
  );
  const metric = narrowTo(countedMetric(task), grouped.flat(2));
  const tables = grouped.flatMap((own) => own.map((answers) => countUnits(metric, answers)));
  let at = 0;
  const values = byModel.map(([, { length }]) => {
    const [start, mean] = [at, meanOverRuns(metric, length)];
    at += length * metric.width;
    return (sums: Float64Array): number => mean(sums.subarray(start, start + length * metric.width));
  });
  const joint = sideBySide(tables, tables.length, metric.width);
  const spreads = pairedSpreads(joint, tables.length * metric.width, values, { resamples: RESAMPLES, seed });
  return byModel.map(([model], i) => [model, spreads[i]]);
}

/** Averages are of percentages that add up over units; every suite's primary conventions are. */
function countedMetric(task: Task): Metric<Answered> {
  const metric = findConvention(task.primary).metric(task);
  if ('whole' in metric) throw new Error(`${task.primary} does not add up over units`);
  return metric;
}

/** The identity of a model over all tasks of one command: its kind and starting point, independent of the sample. */
const modelOf = ({ record: { model, answers, examples } }: OpenedRun): string =>
  model.name.replace(` (${answers.asked}/${examples.of})`, '');
