import type { Details } from '../../metrics/metric.ts';
import type { ConventionScore, ScoreSheet, SubsetScores } from '../../scoring/score-sheet.ts';
import type { Task } from '../../tasks/task.ts';

/**
 * A score sheet of which no figure is about fewer than `least` items: what leaves a hospital. Left out are subsets, rows of
 * classes and counts that are smaller, matrices with a smaller cell, and of what a metric says beside its score everything that is not
 * a number. Where one class alone would be left out, the next smallest goes with it, as it could be had back by subtraction.
 */
export function withoutSmallCells(sheet: ScoreSheet, task: Task, least: number): ScoreSheet {
  const labels = new Set(task.labels.map(({ id }) => id));
  const subsets = Object.entries(sheet.subsets)
    .filter(([, { examples, units }]) => examples >= least && units >= least)
    .map(([name, { scores, ...sizes }]): [string, SubsetScores] => [
      name,
      { ...sizes, scores: scores.map((score) => largeFigures(score, labels, least)) },
    ]);
  return { ...sheet, subsets: Object.fromEntries(subsets) };
}

function largeFigures(
  { convention, value, interval, details }: ConventionScore,
  labels: ReadonlySet<string>,
  least: number,
): ConventionScore {
  const { labelUnits, ...wide } = interval ?? {};
  const isLarge = labelUnits !== undefined && labelUnits >= least;
  return {
    ...{ convention, value },
    ...(interval && { interval: { ...interval, ...wide, labelUnits: isLarge ? labelUnits : undefined } }),
    ...(details && { details: largeDetails(details, labels, least) }),
  };
}

function largeDetails(details: Details, labels: ReadonlySet<string>, least: number): Details {
  const numbers = Object.entries(details).filter(
    ([, figure]) => typeof figure === 'number' && !isSmall(figure, least),
  );
  const { classes, confusion } = details;
  return {
    ...Object.fromEntries(numbers),
    ...(isRows(classes) && { classes: largeClasses(classes, labels, least) }),
    ...(isRows(confusion) &&
      isLargeMatrix(confusion, labels, least) && { confusion, labels: details.labels }),
  };
}

/** Whether a figure counts something, and too little. */
const isSmall = (figure: unknown, least: number): boolean =>
  typeof figure === 'number' && Number.isInteger(figure) && figure > 0 && figure < least;

const isRows = (value: Details[string] | undefined): value is readonly Details[] =>
  Array.isArray(value) && value.every((row) => typeof row === 'object');

function largeClasses(rows: readonly Details[], labels: ReadonlySet<string>, least: number): Details[] {
  const known = rows.filter((row) => typeof row.class === 'string' && labels.has(row.class));
  const isLeft = (row: Details): boolean => isSmall(row.gold, least) || isSmall(row.predicted, least);
  const kept = known.filter((row) => !isLeft(row));
  if (rows.length - kept.length !== 1) return kept;
  const sizeOf = (row: Details): number => Number(row.gold);
  const occurring = kept.filter((row) => sizeOf(row) > 0);
  const smallest = occurring.reduce<Details | undefined>(
    (least, row) => (least === undefined || sizeOf(row) < sizeOf(least) ? row : least),
    undefined,
  );
  return kept.filter((row) => row !== smallest);
}

const isLargeMatrix = (rows: readonly Details[], labels: ReadonlySet<string>, least: number): boolean =>
  rows.every(
    ({ gold, predicted }) =>
      typeof gold === 'string' &&
      labels.has(gold) &&
      Array.isArray(predicted) &&
      predicted.every((cell) => !isSmall(cell, least)),
  );
