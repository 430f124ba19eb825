import type { Details } from '../../metrics/metric.ts';
import type { ConventionScore, ScoreSheet, SubsetScores } from '../../scoring/score-sheet.ts';
import type { Task } from '../../tasks/task.ts';
import { SMALLEST_CELL } from './parameters.ts';

/** How parts of a whole are counted. */
interface Counting<T> {
  readonly sizeOf: (part: T) => number;
  /** The sizes of all cells that a reader of these parts and of the whole can distinguish; empty cells reveal nothing. */
  readonly cellsOf: (shown: readonly T[]) => readonly number[];
}

/** The parts that can be shown: the smallest is removed until no cell that a reader can distinguish is smaller than `least`. */
function showable<T>(parts: readonly T[], { sizeOf, cellsOf }: Counting<T>, least: number): ReadonlySet<T> {
  const shown = parts.filter((part) => sizeOf(part) >= least).sort((a, b) => sizeOf(a) - sizeOf(b));
  while (shown.length > 0 && cellsOf(shown).some((size) => isSmall(size, least))) shown.shift();
  return new Set(shown);
}

/** Whether a count is too small, but not zero. */
const isSmall = (size: unknown, least: number): boolean =>
  typeof size === 'number' && Number.isInteger(size) && size > 0 && size < least;

/** The subsets of an example. */
export interface Member {
  readonly id: string;
  /** The independent unit that it belongs to; its own where absent. */
  readonly group?: string;
  /** Names of the subsets that it is in. */
  readonly subsets: readonly string[];
}

/**
 * Ids by name, in the order of the names, for the subsets that can be scored: the examples that are in the same subsets are a
 * cell, counted in independent units.
 */
export function showableSubsets(
  members: readonly Member[],
  least = SMALLEST_CELL,
): Readonly<Record<string, ReadonlySet<string>>> {
  const found = new Map<string, Set<string>>();
  for (const { id, subsets } of members)
    for (const name of subsets) {
      const ids = found.get(name) ?? new Set();
      found.set(name, ids.add(id));
    }
  const sizeOf = (name: string): number => found.get(name)?.size ?? 0;
  const cellsOf = (shown: readonly string[]): number[] => unitsTogether(members, new Set(shown));
  const names = showable([...found.keys()], { sizeOf, cellsOf }, least);
  return Object.fromEntries(
    [...found].filter(([name]) => names.has(name)).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** The numbers of independent units in the sets of examples that are in the same of the subsets. */
function unitsTogether(members: readonly Member[], shown: ReadonlySet<string>): number[] {
  const cells = new Map<string, Set<string>>();
  for (const { id, group, subsets } of members) {
    const cell = JSON.stringify(subsets.filter((name) => shown.has(name)).sort());
    const units = cells.get(cell) ?? new Set();
    cells.set(cell, units.add(group === undefined ? `id ${id}` : `group ${group}`));
  }
  return [...cells.values()].map(({ size }) => size);
}

/**
 * A score sheet of showable subsets as it leaves a hospital: scores and, only for all examples (a reader could subtract those
 * of a subset), counts, rows of classes and confusion matrices without smaller cells. Omitted are values that are not numbers,
 * labels that the task does not declare, and the score of a constant answer that is right on fewer examples.
 */
export function withoutSmallCells(sheet: ScoreSheet, task: Task, least: number): ScoreSheet {
  const labels = new Set(task.labels.map(({ id }) => id));
  const subsets = Object.entries(sheet.subsets).map(
    ([name, { scores, ...sizes }]): [string, SubsetScores] => {
      const isWhole = name === 'all';
      return [name, { ...sizes, scores: scores.map((score) => largeFigures(score, labels, least, isWhole)) }];
    },
  );
  const floors = isLargeConstant(sheet, least) ? sheet.floors : { ...sheet.floors, constant: Number.NaN };
  return { ...sheet, floors, subsets: Object.fromEntries(subsets) };
}

/** Whether the best constant answer is right on enough examples: its score reveals how many they are. */
function isLargeConstant({ subsets, floors }: ScoreSheet, least: number): boolean {
  const { examples, scores } = subsets.all;
  const sizes = scores.flatMap(({ details }) =>
    isRows(details?.classes) ? details.classes.map((row) => Number(row.gold)) : [],
  );
  return sizes.length === 0 ? floors.constant * examples >= least : sizes.some((size) => size >= least);
}

function largeFigures(
  { convention, value, interval, details }: ConventionScore,
  labels: ReadonlySet<string>,
  least: number,
  isWhole: boolean,
): ConventionScore {
  const labelUnits = interval?.labelUnits;
  const isLarge = labelUnits !== undefined && labelUnits >= least;
  return {
    ...{ convention, value },
    ...(interval && { interval: { ...interval, labelUnits: isLarge ? labelUnits : undefined } }),
    ...(isWhole && details && { details: largeDetails(details, labels, least) }),
  };
}

function largeDetails(details: Details, labels: ReadonlySet<string>, least: number): Details {
  const numbers = Object.entries(details).filter(
    ([, figure]) => typeof figure === 'number' && !isSmall(figure, least),
  );
  const { classes, confusion } = details;
  return {
    ...Object.fromEntries(numbers),
    ...(isRows(classes) && { classes: showableClasses(classes, labels, least) }),
    ...(isRows(confusion) &&
      isLargeMatrix(confusion, labels, least) && { confusion, labels: details.labels }),
  };
}

const isRows = (value: Details[string] | undefined): value is readonly Details[] =>
  Array.isArray(value) && value.every((row) => typeof row === 'object');

/** The counts in the row of a class. */
const COUNTED = ['gold', 'predicted'] as const;

/** The rows of classes that can be shown; all others together form a cell too. */
function showableClasses(rows: readonly Details[], labels: ReadonlySet<string>, least: number): Details[] {
  const sum = (some: readonly Details[], count: (typeof COUNTED)[number]): number =>
    some.reduce((total, row) => total + Number(row[count]), 0);
  const whole = COUNTED.map((count) => sum(rows, count));
  const known = rows.filter((row) => typeof row.class === 'string' && labels.has(row.class));
  const shown = showable(
    known,
    {
      sizeOf: (row) => Math.min(...COUNTED.map((count) => Number(row[count]) || Number.POSITIVE_INFINITY)),
      cellsOf: (shown) => COUNTED.map((count, i) => whole[i] - sum(shown, count)),
    },
    least,
  );
  return known.filter((row) => shown.has(row));
}

const isLargeMatrix = (rows: readonly Details[], labels: ReadonlySet<string>, least: number): boolean =>
  rows.every(
    ({ gold, predicted }) =>
      typeof gold === 'string' &&
      labels.has(gold) &&
      Array.isArray(predicted) &&
      predicted.every((cell) => !isSmall(cell, least)),
  );
