import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { compareRuns } from '../../src/compare/compare.ts';
import { intervalOfMean } from '../../src/evaluation/mean-intervals.ts';
import { openRuns } from '../../src/evaluation/opened.ts';
import { RUN_FILES } from '../../src/evaluation/store.ts';
import { writeJson } from '../../src/ground/files.ts';
import {
  type ArmInterval,
  type Cell,
  cellsOf,
  fileOf,
  intervalsFile,
  type KeptCell,
  keptCells,
  type Pair,
  pairsFile,
} from './cells.ts';

/** Where the runs of the cells are, and the corpora. */
export interface Runs {
  readonly root: string;
  readonly dataDir: string;
}

/** Whether the run of a kept cell is at hand; one begun again has only checkpoints. */
export function isFinished({ run }: Pick<KeptCell, 'run'>, root: string): boolean {
  return existsSync(join(root, run, RUN_FILES.record));
}

/** After a further seed of an arm: deletes its comparisons, which no longer cover all its seeds; `compareArms` makes them again. */
export async function updateAfterSeed({ task, arm }: Pick<Cell, 'task' | 'arm'>): Promise<void> {
  await dropPairs(task, [arm]);
}

/** After a repeated run that scores the same: renames it in the intervals, as its id is new if the version of its records changed. */
export async function updateAfterRepeat(task: string, earlier: string, later: string): Promise<void> {
  const { intervals } = keptCells(task);
  if (intervals.length > 0) await writeJson(intervalsFile(task), withRun(intervals, earlier, later));
}

/**
 * After a change of an arm's recipe: deletes its comparisons and the ensembles of which it is a member. The next call makes
 * them again.
 */
export async function updateAfterRecipeChange({ task, arm }: Pick<Cell, 'task' | 'arm'>): Promise<void> {
  const ensembles = ensemblesWith(task, arm);
  for (const ensemble of ensembles) await rm(fileOf(ensemble), { force: true });
  await dropPairs(task, [arm, ...ensembles.map(({ arm }) => arm)]);
}

/** Deletes the comparisons of these arms. */
async function dropPairs(task: string, arms: readonly string[]): Promise<void> {
  const { pairs } = keptCells(task);
  const rest = withoutArms(pairs, arms);
  if (rest.length < pairs.length) await writeJson(pairsFile(task), rest);
}

/** The ensembles of a task of which an arm is a member. */
export function ensemblesWith(task: string, arm: string): Cell[] {
  return cellsOf(task).filter(({ members }) => members?.some((member) => member === arm));
}

export function withoutArms(pairs: readonly Pair[], arms: readonly string[]): Pair[] {
  return pairs.filter(({ a, b }) => !arms.includes(a) && !arms.includes(b));
}

export function withRun(intervals: readonly ArmInterval[], earlier: string, later: string): ArmInterval[] {
  return intervals.map((interval) => ({
    ...interval,
    runs: interval.runs.map((run) => (run === earlier ? later : run)),
  }));
}

/** A comparison just computed: `raw` is its p before correction, `adjusted` that corrected among those computed with it. */
export interface Computed extends Omit<Pair, 'p'> {
  readonly raw: number;
  readonly adjusted: number;
}

/**
 * Comparisons among `arms` just computed, after those kept of pairs with another arm, whose runs are gone. Where there are
 * such, the raw p-values can no longer be ordered together: the new ones are multiplied by the number of all (Bonferroni).
 */
export function mergedPairs(
  kept: readonly Pair[],
  computed: readonly Computed[],
  arms: readonly string[],
): Pair[] {
  const others = kept.filter(({ a, b }) => !arms.includes(a) || !arms.includes(b));
  const count = others.length + computed.length;
  return [
    ...others,
    ...computed.map(({ raw, adjusted, ...pair }) => ({
      ...pair,
      p: others.length > 0 ? Math.min(1, raw * count) : adjusted,
    })),
  ];
}

/**
 * Computes and keeps intervals over seeds and paired comparisons of the arms of a task whose runs of all seeds are at hand.
 * What was computed from other runs is kept.
 */
export async function compareArms(task: string, { root, dataDir }: Runs): Promise<void> {
  const stored = keptCells(task);
  const complete = [...Map.groupBy(stored.cells, ({ arm }) => arm)].filter(([, own]) =>
    own.every((cell) => isFinished(cell, root)),
  );
  const arms = complete.map(([arm]) => arm as string);
  const cells = complete.flatMap(([, own]) => own);
  if (cells.length < 2) return;
  const opened = await openRuns(
    cells.map(({ run }) => join(root, run)),
    { dataDir },
  );
  const intervals = complete.flatMap(([arm, own]): ArmInterval | [] => {
    if (own.length < 2) return [];
    const runs = own.map(({ run }) => run);
    const interval = intervalOfMean(opened.filter(({ record }) => runs.includes(record.id)));
    return interval ? { arm, runs, low: interval.low, high: interval.high } : [];
  });
  const otherIntervals = stored.intervals.filter(({ arm }) => !arms.includes(arm));
  if (intervals.length > 0) await writeJson(intervalsFile(task), [...otherIntervals, ...intervals]);
  if (complete.length < 2) return;
  const { systems, pairs } = compareRuns(opened, { items: 0 });
  const armOf = (name: string): string => {
    const [run] = systems.find((system) => system.name === name)!.runs;
    return cells.find((cell) => cell.run === run)!.arm;
  };
  const computed = pairs.map(({ a, b, difference: { estimate, low, high }, p, adjusted }) => ({
    ...{ a: armOf(a), b: armOf(b), difference: estimate, low, high },
    ...{ raw: p, adjusted },
  }));
  await writeJson(pairsFile(task), mergedPairs(stored.pairs, computed, arms));
}
