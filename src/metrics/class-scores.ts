import type { Details, Metric } from './metric.ts';
import { ratio } from './metric.ts';

/**
 * How figures of single classes become one number.
 *
 * - `micro`: the F1 of the summed counts.
 * - `macro/supported`: the mean F1 of the classes that occur in gold.
 * - `macro/all`: the mean F1 of all listed classes; one that occurs nowhere counts 0.
 * - `macro/observed`: the mean F1 of the classes that occur in gold or in predictions.
 * - `weighted`: the mean F1, weighted by how often a class occurs in gold.
 * - `{ only }`: the F1 of one class.
 */
export type Average =
  | 'micro'
  | 'macro/supported'
  | 'macro/observed'
  | 'macro/all'
  | 'weighted'
  | { readonly only: string };

/** The counts of a class, in this order. */
export const CLASS_COUNTS = 3;
export const CORRECT = 0;
export const PREDICTED = 1;
export const GOLD = 2;

/** Classes in gold or predictions that are not listed are counted together under this name. */
export const UNLISTED = '(unlisted)';

/** Above this number of classes, details list only those that occur in gold or predictions. */
export const MOST_CLASSES_IN_DETAILS = 10_000;

/** Class → where its three counts begin; a class that is not listed begins at `unlisted`. */
export interface ClassLayout {
  /** The classes that are counted one by one. */
  readonly classes: readonly string[];
  /** All listed classes: more than `classes` where those that do not occur are left out. */
  readonly listed: readonly string[];
  readonly begins: ReadonlyMap<string, number>;
  readonly unlisted: number;
}

const layouts = new WeakMap<readonly string[], ClassLayout>();

/** The layout of a list of classes; made once for the same list. */
export function classLayout(classes: readonly string[]): ClassLayout {
  let layout = layouts.get(classes);
  if (!layout) {
    const distinct = [...new Set(classes)];
    layout = layoutOf(distinct, distinct);
    layouts.set(classes, layout);
  }
  return layout;
}

const layoutOf = (classes: readonly string[], listed: readonly string[]): ClassLayout => ({
  classes,
  listed,
  begins: new Map(classes.map((name, index) => [name, index * CLASS_COUNTS])),
  unlisted: classes.length * CLASS_COUNTS,
});

/** The layout without the classes that do not occur; the others keep their order. */
function narrowed({ classes, listed, begins }: ClassLayout, occurring: ReadonlySet<string>): ClassLayout {
  const kept = [...occurring].flatMap((name) => begins.get(name) ?? []).sort((a, b) => a - b);
  return layoutOf(
    kept.map((begin) => classes[begin / CLASS_COUNTS]),
    listed,
  );
}

/** What is counted per class. */
export interface ClassCounting<Item> {
  /** The classes of an item's gold and prediction, listed or not, in any order. */
  classesOf(item: Item): Iterable<string>;
  /** As `Metric.count`. */
  count(layout: ClassLayout, unit: readonly Item[], counts: Float64Array, offset: number): void;
}

/** A metric of (correct, predicted, gold) per class. */
export function classMetric<Item>(
  layout: ClassLayout,
  average: Average,
  counting: ClassCounting<Item>,
): Metric<Item> {
  const { begins, unlisted } = layout;
  return {
    ...classScores(layout, average),
    count: (unit, counts, offset) => counting.count(layout, unit, counts, offset),
    tally: tallyOf(layout, counting),
    narrowing: {
      touched(unit) {
        const found = new Set<number>();
        for (const item of unit)
          for (const name of counting.classesOf(item)) found.add(begins.get(name) ?? unlisted);
        return [...found]
          .sort((a, b) => a - b)
          .flatMap((begin) => [begin + CORRECT, begin + PREDICTED, begin + GOLD]);
      },
      to(units) {
        const occurring = new Set<string>();
        for (const unit of units)
          for (const item of unit) for (const name of counting.classesOf(item)) occurring.add(name);
        return classMetric(narrowed(layout, occurring), average, counting);
      },
    },
  };
}

const tallies = new WeakMap<ClassLayout, WeakMap<object, object>>();

/** The same for the same counting of the same classes. */
function tallyOf(layout: ClassLayout, counting: object): object {
  const known = tallies.get(layout) ?? new WeakMap<object, object>();
  tallies.set(layout, known);
  const tally = known.get(counting) ?? {};
  known.set(counting, tally);
  return tally;
}

/** F1 as 2·correct / (predicted + gold): the same as 2PR/(P+R), and NaN only where nothing is predicted nor gold. */
export const f1 = (correct: number, predicted: number, gold: number): number =>
  ratio(2 * correct, predicted + gold);

/** Precision, recall, F1 and the counts behind them. */
export const figures = (correct: number, predicted: number, gold: number) => ({
  precision: ratio(correct, predicted),
  recall: ratio(correct, gold),
  f1: f1(correct, predicted, gold),
  correct,
  predicted,
  gold,
});

/** Gold counts of the classes whose F1 is the score, or has the same weight in it as that of every other class. */
function supportsOf({ begins }: ClassLayout, average: Average): number[] {
  if (average === 'micro' || average === 'weighted') return [];
  const counted =
    typeof average === 'object' ? [begins.get(average.only) ?? []].flat() : [...begins.values()];
  return counted.map((begin) => begin + GOLD);
}

/** All of a metric except its counting, for counts of (correct, predicted, gold) per class. */
export function classScores(
  layout: ClassLayout,
  average: Average,
): Required<Pick<Metric<never>, 'width' | 'value' | 'details' | 'supports'>> {
  const { classes, listed, begins, unlisted } = layout;
  const sums = (counts: Float64Array): [number, number, number] => {
    let correct = 0;
    let predicted = 0;
    let gold = 0;
    for (let begin = 0; begin <= unlisted; begin += CLASS_COUNTS) {
      correct += counts[begin + CORRECT];
      predicted += counts[begin + PREDICTED];
      gold += counts[begin + GOLD];
    }
    return [correct, predicted, gold];
  };
  const row = (counts: Float64Array, begin: number) =>
    figures(counts[begin + CORRECT], counts[begin + PREDICTED], counts[begin + GOLD]);

  return {
    width: unlisted + CLASS_COUNTS,
    supports: supportsOf(layout, average),
    value: (counts) => {
      if (average === 'micro') return f1(...sums(counts));
      if (typeof average === 'object') {
        const begin = begins.get(average.only);
        return begin === undefined ? Number.NaN : row(counts, begin).f1;
      }
      let total = 0;
      // A class that occurs nowhere has no F1 and weighs only where all are averaged.
      let weight = average === 'macro/all' ? listed.length - classes.length : 0;
      for (let begin = 0; begin < unlisted; begin += CLASS_COUNTS) {
        const gold = counts[begin + GOLD];
        const share = shareOf(average, gold, counts[begin + PREDICTED]);
        if (share === 0) continue;
        weight += share;
        const score = f1(counts[begin + CORRECT], counts[begin + PREDICTED], gold);
        if (!Number.isNaN(score)) total += share * score;
      }
      return ratio(total, weight);
    },
    details: (counts): Details => {
      const rows = rowsOf(layout, counts, row);
      if (counts[unlisted + PREDICTED] + counts[unlisted + GOLD] > 0) {
        rows.push({ class: UNLISTED, ...row(counts, unlisted) });
      }
      return { ...figures(...sums(counts)), classes: rows };
    },
  };
}

/** The weight of a class in an average. */
function shareOf(average: Average, gold: number, predicted: number): number {
  if (average === 'weighted') return gold;
  const counted = gold > 0 || average === 'macro/all' || (average === 'macro/observed' && predicted > 0);
  return counted ? 1 : 0;
}

/** A row for every listed class, or only for those that occur where very many are listed. */
function rowsOf(
  { classes, listed, begins }: ClassLayout,
  counts: Float64Array,
  row: (counts: Float64Array, begin: number) => Details,
): Details[] {
  const isShort = listed.length <= MOST_CLASSES_IN_DETAILS;
  return (isShort ? listed : classes).flatMap((name) => {
    const begin = begins.get(name);
    if (begin === undefined) return { class: name, ...figures(0, 0, 0) };
    return isShort || counts[begin + PREDICTED] + counts[begin + GOLD] > 0
      ? { class: name, ...row(counts, begin) }
      : [];
  });
}
