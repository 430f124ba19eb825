import type { Metric, WholeMetric } from '../metrics/metric.ts';
import { bootstrapMany } from '../statistics/bootstrap.ts';
import { type Counts, type SparseCounts, sparse } from '../statistics/counts.ts';
import type { Interval } from '../statistics/interval.ts';
import { bootstrapWeighted } from '../statistics/weighted-bootstrap.ts';
import { countUnits } from './units.ts';

/** How the intervals of a score sheet are made. */
export const BOOTSTRAP = { resamples: 10_000, level: 0.95, seed: 1, method: 'bayesian' } as const;

/**
 * Resamples of metrics that do not add up over units: as many as let the items be visited `VISITS` times, within these
 * bounds. One visit takes about 15 ns.
 */
const WHOLE_RESAMPLES = { fewest: 400, most: 2000 };
const VISITS = 1e8;

/** How many resamples a figure gets of which one visits `cost` items. */
export function wholeResamples(cost: number): number {
  const { fewest, most } = WHOLE_RESAMPLES;
  return Math.round(Math.min(most, Math.max(fewest, VISITS / cost)));
}

/** The interval of an additive metric, from one row of counts per unit; undefined for a single unit. */
export const additiveInterval = (
  { width, ...figure }: Pick<Metric<never>, 'width' | 'value' | 'supports'>,
  counts: Counts,
): Interval | undefined => additiveIntervals([figure], sparse(counts, width))[0];

/** The intervals of metrics of the same counts, each as it would be alone; empty for a single unit. */
export const additiveIntervals = (
  metrics: readonly Pick<Metric<never>, 'value' | 'supports'>[],
  counts: SparseCounts,
): readonly Interval[] => (counts.units > 1 ? bootstrapMany(counts, counts.width, metrics, BOOTSTRAP) : []);

/** The interval of any other metric on these units, around its `value`; undefined where that is, or for a single unit. */
export function wholeInterval<Item>(
  metric: WholeMetric<Item>,
  value: number,
  units: readonly (readonly Item[])[],
): Interval | undefined {
  if (Number.isNaN(value) || units.length < 2) return undefined;
  const prepared = metric.reweighted(units);
  if ('counted' in prepared) {
    return additiveInterval(prepared.counted, countUnits(prepared.counted, units));
  }
  const resamples = wholeResamples(prepared.cost);
  return bootstrapWeighted({ ...prepared, units: units.length }, { ...BOOTSTRAP, resamples });
}
