import type { Metric, WholeMetric } from '../metrics/metric.ts';
import { type SparseCounts, sameCounts, sumCounts } from '../statistics/counts.ts';
import type { Interval } from '../statistics/interval.ts';
import { conventionsOf } from '../tasks/conventions.ts';
import type { Answered } from '../tasks/examples.ts';
import type { Task } from '../tasks/task.ts';
import { additiveIntervals, weightedInterval } from './intervals.ts';
import type { ConventionScore, SubsetScores } from './score-sheet.ts';
import { countUnits, narrowTo } from './units.ts';

type Units = readonly (readonly Answered[])[];

/** Metrics that count the same. */
interface Table {
  readonly counts: SparseCounts;
  readonly width: number;
  readonly figures: Metric<Answered>[];
}

/** The interval of a score: computed already, or that of one figure of a table. */
type Place = { readonly interval?: Interval } | { readonly table: number; readonly figure: number };

/** The scores of units under every convention of a task. */
export function scoreUnits(task: Task, list: Units, withIntervals: boolean): SubsetScores {
  // Without questions every score is undefined, even one that would count absent classes as 0.
  if (list.length === 0) {
    const scores = conventionsOf(task).map(({ id }) => ({ convention: id, value: Number.NaN }));
    return { examples: 0, units: 0, scores };
  }
  const tables = createTables(list);
  const scored = conventionsOf(task).map(({ id: convention, metric }) => {
    const measure = metric(task);
    return {
      convention,
      ...('whole' in measure
        ? scoreWhole(measure, list, tables, withIntervals)
        : scoreCounts(measure, tables)),
    };
  });
  const intervals = withIntervals ? additiveIntervals(tables.list) : [];
  const scores = scored.map(({ convention, value, place, details }): ConventionScore => {
    const interval = 'table' in place ? intervals[place.table]?.[place.figure] : place.interval;
    return { convention, value, interval, details };
  });
  return { examples: list.reduce((sum, unit) => sum + unit.length, 0), units: list.length, scores };
}

type Scored = Omit<ConventionScore, 'convention' | 'interval'> & { readonly place: Place };

function scoreCounts(measure: Metric<Answered>, tables: Tables): Scored {
  const place = tables.add(measure);
  const { counts, width, figures } = tables.list[place.table];
  const metric = figures[place.figure];
  const sums = sumCounts(counts, width);
  return { value: metric.value(sums), place, details: metric.details?.(sums) };
}

function scoreWhole(
  measure: WholeMetric<Answered>,
  units: Units,
  tables: Tables,
  withInterval: boolean,
): Scored {
  const items = units.flat();
  const value = measure.whole(items);
  const details = measure.details?.(items);
  if (!withInterval || Number.isNaN(value) || units.length < 2) return { value, place: {}, details };
  const prepared = measure.reweighted(units);
  const place =
    'counted' in prepared
      ? tables.add(prepared.counted)
      : { interval: weightedInterval(prepared, units.length) };
  return { value, place, details };
}

/** Counts of some units. */
interface Tables {
  readonly list: readonly Table[];
  /** Counts under a metric, together with those that count the same: one pass over the resamples gives all their intervals. */
  add(metric: Metric<Answered>): { readonly table: number; readonly figure: number };
}

function createTables(units: Units): Tables {
  const list: Table[] = [];
  const placeOf = new Map<object, number>();
  const place = (metric: Metric<Answered>): number => {
    const counts = countUnits(metric, units);
    const known = list.findIndex((table) => sameCounts(table.counts, counts));
    return known >= 0 ? known : list.push({ counts, width: metric.width, figures: [] }) - 1;
  };
  return {
    list,
    add(wide) {
      const metric = narrowTo(wide, units);
      const table = (metric.tally && placeOf.get(metric.tally)) ?? place(metric);
      if (metric.tally) placeOf.set(metric.tally, table);
      return { table, figure: list[table].figures.push(metric) - 1 };
    },
  };
}
