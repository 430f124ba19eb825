import type { Metric, WholeMetric } from '../metrics/metric.ts';
import type { Figure } from '../statistics/bootstrap.ts';
import { among, besides } from '../statistics/counts.ts';
import type { Interval } from '../statistics/interval.ts';
import { meanOverRuns } from '../statistics/mean-over-runs.ts';
import { findConvention } from '../tasks/conventions.ts';
import type { Answered } from '../tasks/examples.ts';
import type { Task } from '../tasks/task.ts';
import { additiveIntervals, weighable, weightedInterval } from './intervals.ts';
import { countUnits, narrowTo } from './units.ts';

/** The answers of one of several runs. */
export interface RunUnits {
  /** Runs of one part answered the same examples; no unit is in two parts. */
  readonly part: string;
  /** The answers of every independent unit, in the same order for all runs of the part. */
  readonly units: readonly (readonly Answered[])[];
}

/** A run, and the index of the first unit of its part among those of all parts. */
interface Placed extends RunUnits {
  readonly first: number;
}

/**
 * The interval of the mean of the primary scores of several runs: a resample draws one weight for every independent unit of
 * every part, shared by all runs; each run is scored under the weights of its units, and the scores are averaged. So it says
 * how far the mean of these runs would differ on other examples; it does not cover other seeds. Undefined for a single unit,
 * and where a run has no score.
 */
export function meanInterval(task: Task, runs: readonly RunUnits[]): Interval | undefined {
  const { placed, units } = placeParts(runs);
  if (units < 2) return undefined;
  const metric = findConvention(task.primary).metric(task);
  return 'whole' in metric ? wholeMean(metric, placed, units) : additiveMean(metric, runs);
}

/** The parts one after the other, in the order of their first runs. */
function placeParts(runs: readonly RunUnits[]): { readonly placed: Placed[]; readonly units: number } {
  const firsts = new Map<string, number>();
  let units = 0;
  const placed = runs.map((run) => {
    const first = firsts.get(run.part) ?? units;
    if (!firsts.has(run.part)) units += run.units.length;
    firsts.set(run.part, first);
    return { ...run, first };
  });
  return { placed, units };
}

/** The mean of the scores of several runs under a metric that adds up: the counts of all units, one block of columns per run. */
export function meanTable(wide: Metric<Answered>, runs: readonly RunUnits[]) {
  const { placed, units } = placeParts(runs);
  const metric = narrowTo(
    wide,
    runs.flatMap((run) => run.units),
  );
  const { width, supports } = metric;
  const tables = placed.map((run) => among(countUnits(metric, run.units), run.first, units));
  const figure: Figure = {
    value: meanOverRuns(metric, runs.length),
    supports: supports && runs.flatMap((_, run) => supports.map((column) => run * width + column)),
  };
  return { counts: besides(tables, width), width: width * runs.length, figures: [figure] };
}

const additiveMean = (metric: Metric<Answered>, runs: readonly RunUnits[]): Interval | undefined =>
  additiveIntervals([meanTable(metric, runs)])[0][0];

function wholeMean(
  metric: WholeMetric<Answered>,
  runs: readonly Placed[],
  units: number,
): Interval | undefined {
  if (runs.some((run) => Number.isNaN(metric.whole(run.units.flat())))) return undefined;
  // Prepared for the answers of all runs, so that all count in the same columns.
  const joint = metric.reweighted(runs.flatMap((run) => run.units));
  if ('counted' in joint) return additiveMean(joint.counted, runs);
  const prepared = runs.map((run) => weighable(metric.reweighted(run.units)));
  const scores = prepared.map(({ value }, run) => {
    const { first, units: own } = runs[run];
    return (weights: Float64Array): number => value(weights.subarray(first, first + own.length));
  });
  return weightedInterval(
    {
      value: (weights) => scores.reduce((sum, score) => sum + score(weights), 0) / scores.length,
      labelUnits: Math.min(...prepared.map(({ labelUnits }) => labelUnits)),
      cost: prepared.reduce((sum, { cost }) => sum + cost, 0),
    },
    units,
  );
}
