import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GivenParameters } from '../../src/ground/parameters.ts';
import { type Arm, type Ensemble, MEMBERS, RECIPES } from './recipes.ts';

/** Where finished cells are kept, one small file each; predictions stay with the runs, outside the repository. */
export const CELLS = join(import.meta.dirname, '../results/grid');

/** One run of the grid. */
export interface Cell {
  readonly task: string;
  readonly arm: Arm;
  /** The name of a trial on the fine-tuned arm, which is never evaluated on test: see trials.ts. */
  readonly trial?: string;
  /** Of a trial: trained on the full training set. */
  readonly full?: true;
  readonly seed: number;
  readonly model: string;
  readonly parameters: GivenParameters;
  readonly minutes: number;
  readonly note?: string;
  /** Of an ensemble. */
  readonly members?: readonly Arm[];
}

/** A finished cell as stored. */
export interface KeptCell extends Omit<Cell, 'minutes'> {
  readonly split: string;
  readonly convention: string;
  readonly examples: { readonly train: number; readonly dev: number; readonly evaluated: number };
  readonly units: number;
  /** Number of training examples used, if not all. */
  readonly learnt?: number;
  /** A fraction of 1, with the 95 % interval over independent units. Trials have none. */
  readonly score?: number;
  readonly low?: number;
  readonly high?: number;
  /** Every convention of the task. Trials have none. */
  readonly scores?: Readonly<Record<string, number>>;
  /** The primary score on dev after every epoch; empty where the model does not log it. */
  readonly curve: readonly number[];
  /** The best of the curve. */
  readonly dev?: number;
  /** SHA-256 of the pretrained weights. */
  readonly startingPoint: string;
  readonly run: string;
  readonly startedAt: string;
  /** On a shared machine: useful for planning, not for comparison. */
  readonly seconds: number;
  readonly commit: string | null;
  readonly node: string;
  readonly cpu: string;
}

/** The 95 % interval of the mean of an arm over several seeds, over the units of the test set. */
export interface ArmInterval {
  readonly arm: string;
  /** Ids of the runs that the interval covers. */
  readonly runs: readonly string[];
  readonly low: number;
  readonly high: number;
}

/** A paired comparison of two arms of a task. */
export interface Pair {
  readonly a: string;
  readonly b: string;
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  /** Of a paired permutation test, corrected within the task: Holm; Bonferroni where it was added to earlier comparisons. */
  readonly p: number;
}

/** All cells of a task except its trials. */
export function cellsOf(task: string): Cell[] {
  const { arms, ensemble } = RECIPES[task];
  const single: Cell[] = Object.entries(arms).flatMap(([arm, { model, parameters, seeds, minutes, note }]) =>
    seeds.map((seed) => ({
      task,
      arm: arm as Arm,
      seed,
      model: model ?? 'bert',
      parameters: parameters ?? {},
      minutes,
      note,
    })),
  );
  const { method, minutes } = ensemble;
  const combined = Object.entries(MEMBERS).map(
    ([arm, members]): Cell => ({
      ...{ task, arm: arm as Ensemble, seed: 0, model: 'ensemble', parameters: { method } },
      ...{ minutes, members },
    }),
  );
  return [...single, ...combined];
}

export function fileOf({ task, arm, trial, full, seed }: Cell): string {
  const tried = trial && `${full ? 'full' : 'trial'}-${trial.replaceAll(/\W+/g, '-').toLowerCase()}`;
  return join(CELLS, task, `${tried ?? arm}-${seed}.json`);
}

/** The finished cell with exactly this recipe, or undefined. */
export function keptOf(cell: Cell): KeptCell | undefined {
  const file = fileOf(cell);
  if (!existsSync(file)) return undefined;
  const kept: KeptCell = JSON.parse(readFileSync(file, 'utf8'));
  const recipeOf = ({ model, parameters, members }: Pick<Cell, 'model' | 'parameters' | 'members'>) =>
    JSON.stringify([model, parameters, members]);
  return recipeOf(kept) === recipeOf(cell) ? kept : undefined;
}

export const pairsFile = (task: string): string => join(CELLS, task, 'pairs.json');

export const intervalsFile = (task: string): string => join(CELLS, task, 'intervals.json');

/** Stored results of a task: its cells in the order of the recipes, comparisons, and intervals over seeds. */
export function keptCells(task: string): { cells: KeptCell[]; pairs: Pair[]; intervals: ArmInterval[] } {
  const cells = cellsOf(task).flatMap((cell) => keptOf(cell) ?? []);
  const listOf = <T>(file: string): T[] => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []);
  return { cells, pairs: listOf(pairsFile(task)), intervals: listOf(intervalsFile(task)) };
}
