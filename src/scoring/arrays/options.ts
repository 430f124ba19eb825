import { counted } from '../../ground/counted.ts';
import { UserError } from '../../ground/errors.ts';
import type { Metric } from '../../metrics/metric.ts';
import { bootstrapMany, type Figure } from '../../statistics/bootstrap.ts';
import { sumCounts } from '../../statistics/counts.ts';
import type { BootstrapOptions, Interval } from '../../statistics/interval.ts';

/** What every array-level score accepts. */
export interface ScoreOptions {
  /**
   * Bootstrap intervals of every figure: `true` for 10 000 resamples at the 95 % level, or other settings.
   * Default: none, which is fast.
   */
  readonly interval?: boolean | BootstrapOptions;
  /**
   * A group name per item: items of one group (a patient, a document, a query) depend on each other and are resampled together.
   * Default: every item is independent.
   */
  readonly groups?: readonly string[];
}

/** Intervals by the name of the figure; empty unless requested. */
export type Intervals = Readonly<Record<string, Interval>>;

/** Throws a UserError `length-mismatch` unless both sides have one entry per item. */
export function requireAligned(
  gold: ArrayLike<unknown>,
  predicted: ArrayLike<unknown>,
  groups?: ArrayLike<unknown>,
): void {
  for (const [name, { length }] of Object.entries({ predicted, ...(groups && { groups }) })) {
    if (length === gold.length) continue;
    throw new UserError(
      'length-mismatch',
      {
        en: `${name} has ${counted(length, 'item')}, gold has ${gold.length}`,
        zh: `${name} 有 ${length} 项，而 gold 有 ${gold.length} 项`,
      },
      {
        field: name,
        hint: { en: 'Give one entry per item, in the same order.', zh: '请按相同顺序每项给出一个条目。' },
      },
    );
  }
}

/** Counts of independent units under one metric: units × width, row-major, and their sum. */
export interface Counted {
  readonly counts: Float64Array;
  readonly width: number;
  readonly sums: Float64Array;
}

/** Counts every item, or every group of items, once. */
export function countItems<Item>(
  items: readonly Item[],
  { width, count }: Pick<Metric<Item>, 'width' | 'count'>,
  groups?: readonly string[],
): Counted {
  const units = unitsOf(items.length, groups);
  const counts = new Float64Array(units.length * width);
  units.forEach((unit, row) => {
    count(
      unit.map((i) => items[i]),
      counts,
      row * width,
    );
  });
  return { counts, width, sums: sumCounts(counts, width) };
}

/** The items of every independent unit, by their index. */
export const unitsOf = (items: number, groups: readonly string[] | undefined): number[][] =>
  groups
    ? [...Map.groupBy(groups.keys(), (i) => groups[i]).values()]
    : Array.from({ length: items }, (_, i) => [i]);

/** Every named figure of the counts, with intervals from the same resamples, if requested. */
export function figuresOf<Name extends string>(
  { counts, width, sums }: Counted,
  named: Readonly<Record<Name, Figure>>,
  interval: ScoreOptions['interval'],
): { readonly figures: Readonly<Record<Name, number>>; readonly intervals: Intervals } {
  const names = Object.keys(named) as Name[];
  const figures = Object.fromEntries(names.map((name) => [name, named[name].value(sums)])) as Record<
    Name,
    number
  >;
  if (!interval) return { figures, intervals: {} };
  const list = bootstrapMany(
    counts,
    width,
    names.map((name) => named[name]),
    interval === true ? {} : interval,
  );
  return { figures, intervals: Object.fromEntries(names.map((name, i) => [name, list[i]])) };
}
