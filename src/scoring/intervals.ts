import type { Metric, Reweighted } from '../metrics/metric.ts';
import { bootstrapTables, type CountedFigures } from '../statistics/bootstrap.ts';
import { type Counts, type SparseCounts, sparse } from '../statistics/counts.ts';
import type { Interval } from '../statistics/interval.ts';
import { bootstrapWeighted } from '../statistics/weighted-bootstrap.ts';

/** How the intervals of a score sheet are made. */
export const BOOTSTRAP = { resamples: 10_000, level: 0.95, seed: 1, method: 'bayesian' } as const;

/**
 * Bounds of the number of resamples for metrics that do not add up over units: within them, items are visited `VISITS` times.
 * One visit takes about 15 ns.
 */
const WHOLE_RESAMPLES = { fewest: 400, most: 2000 };
const VISITS = 1e8;

/** A metric that is a function of the units' weights. */
type Weighable = Extract<Reweighted<never>, { readonly cost: number }>;

/** Asserts that a metric was prepared as a function of weights, as it was for all runs together. */
export function weighable(prepared: Reweighted<never>): Weighable {
  if ('counted' in prepared) throw new Error('a metric must be prepared in one way');
  return prepared;
}

/** The number of resamples for a figure, each of which visits `cost` items. */
export function wholeResamples(cost: number): number {
  const { fewest, most } = WHOLE_RESAMPLES;
  return Math.round(Math.min(most, Math.max(fewest, VISITS / cost)));
}

/** The interval of an additive metric, from one row of counts per unit; undefined for a single unit. */
export const additiveInterval = (
  { width, ...figure }: Pick<Metric<never>, 'width' | 'value' | 'supports'>,
  counts: Counts,
): Interval | undefined =>
  additiveIntervals([{ counts: sparse(counts, width), width, figures: [figure] }])[0][0];

/** The intervals of tables of counts of the same units, each as if computed alone; empty for a single unit. */
export function additiveIntervals(
  tables: readonly (CountedFigures & { readonly counts: SparseCounts })[],
): readonly (readonly Interval[])[] {
  const isOne = tables.some(({ counts }) => counts.units < 2);
  return isOne ? tables.map(() => []) : bootstrapTables(tables, BOOTSTRAP);
}

/** The interval of a metric that does not add up, on this many units. */
export function weightedInterval(prepared: Weighable, units: number): Interval {
  const resamples = wholeResamples(prepared.cost);
  return bootstrapWeighted({ ...prepared, units }, { ...BOOTSTRAP, resamples });
}
