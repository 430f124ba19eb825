import type { Details, Metric } from './metric.ts';
import { ratio } from './metric.ts';

/**
 * How figures of single classes become one number.
 *
 * - `micro`: the F1 of the summed counts.
 * - `macro/supported`: the mean F1 of the classes that occur in gold.
 * - `macro/all`: the mean F1 of all listed classes; one that occurs nowhere counts 0.
 * - `weighted`: the mean F1, weighted by how often a class occurs in gold.
 * - `{ only }`: the F1 of one class.
 */
export type Average = 'micro' | 'macro/supported' | 'macro/all' | 'weighted' | { readonly only: string };

/** The counts of a class, in this order. */
export const CLASS_COUNTS = 3;
export const CORRECT = 0;
export const PREDICTED = 1;
export const GOLD = 2;

/** What is predicted or gold under no listed class is counted as one more class of this name. */
export const UNLISTED = '(unlisted)';

/** Class → where its three counts begin; a class that is not listed begins at `unlisted`. */
export interface ClassLayout {
  readonly classes: readonly string[];
  readonly begins: ReadonlyMap<string, number>;
  readonly unlisted: number;
}

export function classLayout(classes: readonly string[]): ClassLayout {
  const distinct = [...new Set(classes)];
  return {
    classes: distinct,
    begins: new Map(distinct.map((name, index) => [name, index * CLASS_COUNTS])),
    unlisted: distinct.length * CLASS_COUNTS,
  };
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

/** Gold counts of the classes whose own F1 is the score or weighs as much in it as that of any other class. */
function supportsOf({ begins }: ClassLayout, average: Average): number[] {
  if (average === 'micro' || average === 'weighted') return [];
  const counted =
    typeof average === 'object' ? [begins.get(average.only) ?? []].flat() : [...begins.values()];
  return counted.map((begin) => begin + GOLD);
}

/** Everything of a metric but its counting, for counts of (correct, predicted, gold) per class. */
export function classScores(
  layout: ClassLayout,
  average: Average,
): Required<Pick<Metric<never>, 'width' | 'value' | 'details' | 'supports'>> {
  const { classes, unlisted } = layout;
  const sums = (counts: Float64Array): [number, number, number] => {
    const total: [number, number, number] = [0, 0, 0];
    for (let i = 0; i < unlisted + CLASS_COUNTS; i++) total[i % CLASS_COUNTS] += counts[i];
    return total;
  };
  const row = (counts: Float64Array, begin: number) =>
    figures(counts[begin + CORRECT], counts[begin + PREDICTED], counts[begin + GOLD]);

  return {
    width: unlisted + CLASS_COUNTS,
    supports: supportsOf(layout, average),
    value: (counts) => {
      if (average === 'micro') return f1(...sums(counts));
      if (typeof average === 'object') {
        const begin = layout.begins.get(average.only);
        return begin === undefined ? Number.NaN : row(counts, begin).f1;
      }
      let total = 0;
      let weight = 0;
      for (let begin = 0; begin < unlisted; begin += CLASS_COUNTS) {
        const gold = counts[begin + GOLD];
        const share = average === 'weighted' ? gold : average === 'macro/all' || gold > 0 ? 1 : 0;
        if (share === 0) continue;
        weight += share;
        const score = row(counts, begin).f1;
        if (!Number.isNaN(score)) total += share * score;
      }
      return ratio(total, weight);
    },
    details: (counts): Details => {
      const rows: Details[] = classes.map((name, index) => ({
        class: name,
        ...row(counts, index * CLASS_COUNTS),
      }));
      if (counts[unlisted + PREDICTED] + counts[unlisted + GOLD] > 0) {
        rows.push({ class: UNLISTED, ...row(counts, unlisted) });
      }
      return { ...figures(...sums(counts)), classes: rows };
    },
  };
}
