import { unitsOf } from '../datasets/units.ts';
import { bootstrapMany, type Figure } from '../statistics/bootstrap.ts';
import type { Interval } from '../statistics/interval.ts';
import type { Answered, Answers, Shown } from './run-errors.ts';

/** Resamples for the many small figures of a report; the main scores keep their own. */
export const REPORT_RESAMPLES = 2000;
const REPORT_SEED = 1;

/** A class with its figures; shares from 0 to 1, NaN where undefined. */
export interface ClassFigures {
  readonly label: string;
  readonly gold: number;
  readonly answered: number;
  readonly right: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: Interval;
}

/** Columns of the counts of one class. */
const RIGHT = 0;
const ANSWERED = 1;
const GOLD = 2;
const COLUMNS = 3;

/** A report shows this many classes of a run at most, the most frequent ones. */
const MOST_CLASSES = 200;

/** The classes that a report shows, and how many more occur. */
export interface ShownClasses {
  readonly figures: readonly ClassFigures[];
  readonly leftOut: number;
}

/** Precision, recall and F1 of the classes in gold or the answers, most frequent in gold first. */
export function classFigures(
  { examples }: Pick<Answered, 'examples'>,
  shown: Shown,
  answers: Answers,
): ShownClasses {
  const observed = observedLabels(shown, answers);
  const labels = observed.length > MOST_CLASSES ? mostFrequent(observed, shown, answers) : observed;
  return { figures: figuresOf(labels, examples, shown, answers), leftOut: observed.length - labels.length };
}

function figuresOf(
  labels: readonly string[],
  examples: Answered['examples'],
  shown: Shown,
  answers: Answers,
): ClassFigures[] {
  const column = new Map(labels.map((label, i) => [label, i * COLUMNS]));
  const units = unitsOf(examples);
  const width = labels.length * COLUMNS;
  if (width === 0) return [];
  const counts = new Float64Array(units.length * width);
  units.forEach((unit, row) => {
    const add = (label: string, what: number): void => {
      const at = column.get(label);
      if (at !== undefined) counts[row * width + at + what]++;
    };
    for (const i of unit) {
      const side = answers.sides[i];
      for (const { gold, answer, equal } of answers.aligned[i]) {
        if (gold !== undefined) add(shown.gold[i].elements[gold].label, GOLD);
        if (answer !== undefined) add(side!.elements[answer].label, ANSWERED);
        if (equal) add(shown.gold[i].elements[gold!].label, RIGHT);
      }
    }
  });
  const figures = labels.map((_, i): Figure => {
    const at = i * COLUMNS;
    const value = (sums: Float64Array): number =>
      (2 * sums[at + RIGHT]) / (sums[at + ANSWERED] + sums[at + GOLD]);
    return { value, supports: [at + GOLD] };
  });
  const intervals = bootstrapMany(counts, width, figures, { resamples: REPORT_RESAMPLES, seed: REPORT_SEED });
  const sums = new Float64Array(width);
  for (let i = 0; i < counts.length; i++) sums[i % width] += counts[i];
  return labels
    .map((label, i): ClassFigures => {
      const [right, answered, gold] = [RIGHT, ANSWERED, GOLD].map((what) => sums[i * COLUMNS + what]);
      return {
        label,
        gold,
        answered,
        right,
        precision: right / answered,
        recall: right / gold,
        f1: intervals[i],
      };
    })
    .sort((a, b) => b.gold - a.gold || b.answered - a.answered);
}

/** The labels that are most frequent in gold, then in the answers. */
function mostFrequent(labels: readonly string[], shown: Shown, answers: Answers): string[] {
  const timesIn = (sides: readonly (Shown['gold'][number] | undefined)[]): Map<string, number> => {
    const times = new Map<string, number>();
    for (const side of sides)
      for (const { label } of side?.elements ?? []) times.set(label, (times.get(label) ?? 0) + 1);
    return times;
  };
  const [gold, answered] = [timesIn(shown.gold), timesIn(answers.sides)];
  const compared = (times: Map<string, number>, a: string, b: string): number =>
    (times.get(b) ?? 0) - (times.get(a) ?? 0);
  return [...labels].sort((a, b) => compared(gold, a, b) || compared(answered, a, b)).slice(0, MOST_CLASSES);
}

function observedLabels(shown: Shown, answers: Answers): string[] {
  const labels = new Set<string>();
  for (const side of [...shown.gold, ...answers.sides]) {
    if (side) for (const { label } of side.elements) labels.add(label);
  }
  return [...labels];
}

/** How often gold of one class (row) was answered with another (column); `null` is nothing. */
export interface Confusion {
  readonly rows: readonly (string | null)[];
  readonly columns: readonly (string | null)[];
  /** `rows × columns`. */
  readonly counts: readonly (readonly number[])[];
}

/** Confusions of aligned elements; classes in the order of `order`. Undefined where there is nothing to confuse. */
export function confusion(shown: Shown, answers: Answers, order: readonly string[]): Confusion | undefined {
  const table = new Map<string | null, Map<string | null, number>>();
  answers.aligned.forEach((pairs, i) => {
    for (const { gold, answer } of pairs) {
      const row = gold === undefined ? null : shown.gold[i].elements[gold].label;
      const column = answer === undefined ? null : answers.sides[i]!.elements[answer].label;
      const cells = table.get(row) ?? new Map<string | null, number>();
      cells.set(column, (cells.get(column) ?? 0) + 1);
      table.set(row, cells);
    }
  });
  if (order.length < 2) return undefined;
  const withNothing = (list: readonly string[], nothing: boolean): (string | null)[] =>
    nothing ? [...list, null] : [...list];
  const rows = withNothing(order, table.has(null));
  const columns = withNothing(
    order,
    [...table.values()].some((cells) => cells.has(null)),
  );
  return {
    rows,
    columns,
    counts: rows.map((row) => columns.map((column) => table.get(row)?.get(column) ?? 0)),
  };
}
