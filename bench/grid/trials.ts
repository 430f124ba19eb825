/**
 * Variants of the fine-tuned recipe for tasks whose goal is missed, compared on dev. All are trained on the same seeded sample
 * of the training set. The recipe itself is trained with three seeds; a variant that gains more than their standard deviation
 * is then trained on the full training set and judged on dev. Nothing is evaluated on test.
 */
import { isDeepStrictEqual } from 'node:util';
import type { GivenParameters } from '../../src/ground/parameters.ts';
import { FAMILY_DEFAULTS } from '../../src/models/bert/defaults.ts';
import { served } from '../../src/models/bert/families.ts';
import { deviation } from '../../src/statistics/percentiles.ts';
import { findTask } from '../../src/tasks/registry.ts';
import { type Cell, type KeptCell, keptOf } from './cells.ts';
import { RECIPES, type Remedy } from './recipes.ts';

/** The name of the recipe itself on the sample. */
const UNCHANGED = 'recipe';
const SEEDS = [0, 1, 2];

/** The cells of a task on the sample: the variants at seed 0, and the recipe at three seeds. */
export function trialCells(task: string): Cell[] {
  const { trials } = RECIPES[task];
  if (!trials) return [];
  return [
    ...SEEDS.map((seed) => sampled(task, UNCHANGED, { change: {} }, seed)),
    ...Object.entries(trials.remedies).map(([name, remedy]) => sampled(task, name, remedy, 0)),
  ];
}

/** A variant on the full training set. */
export function fullCell(task: string, name: string): Cell {
  const { arms, trials } = RECIPES[task];
  const { change, times = 1 } = trials!.remedies[name];
  const parameters = { ...variedRecipe(task), ...change };
  return { ...tried(task, name, 0), full: true, parameters, minutes: arms['fine-tuned']!.minutes * times };
}

/** The cells on the full training set, for the promising variants. */
export function fullCells(task: string): Cell[] {
  return standings(task)
    .filter(({ promising }) => promising)
    .map(({ name }) => fullCell(task, name));
}

/** The parameters of the recipe that the variants of a task change. */
export const variedRecipe = (task: string): GivenParameters =>
  RECIPES[task].trials?.recipe ?? RECIPES[task].arms['fine-tuned']?.parameters ?? {};

const tried = (task: string, trial: string, seed: number) =>
  ({ task, arm: 'fine-tuned', trial, seed, model: 'bert' }) as const;

/** The token budget covers as many passes over the sample as the parameters ask for, so all variants see the same examples. */
function sampled(task: string, name: string, { change, times = 1, pass }: Remedy, seed: number): Cell {
  const { trials } = RECIPES[task];
  const parameters = { ...variedRecipe(task), ...change };
  const { epochs = FAMILY_DEFAULTS[served(findTask(task).family)].epochs, copies = 0 } = parameters;
  const tokenBudget = (pass ?? trials!.pass) * Number(epochs) * (1 + Number(copies));
  return {
    ...tried(task, name, seed),
    parameters: { ...parameters, tokenBudget },
    minutes: trials!.minutes * times,
  };
}

/** A variant on the sample, compared with the recipe at the same seed. */
export interface Standing {
  readonly name: string;
  readonly cell: KeptCell;
  /** On dev, as a fraction of 1. */
  readonly gain: number;
  /**
   * Whether that is more than the standard deviation of the recipe over its seeds, and, where a variant has since become the
   * recipe, that much more than the gain of that variant.
   */
  readonly promising: boolean;
}

/** The recipe on the sample, one cell per seed. */
export const unchanged = (task: string): KeptCell[] =>
  trialCells(task).flatMap((cell) => (cell.trial === UNCHANGED ? (keptOf(cell) ?? []) : []));

/** The finished variants of a task on the sample, best first; none before the recipe is finished. */
export function standings(task: string): Standing[] {
  const recipes = unchanged(task);
  const scores = recipes.flatMap(({ dev }) => dev ?? []);
  const own = recipes.find(({ seed }) => seed === 0)?.dev;
  if (own === undefined) return [];
  const found = trialCells(task)
    .filter(({ trial }) => trial !== UNCHANGED)
    .flatMap((cell) => keptOf(cell) ?? [])
    .map((cell) => ({ name: cell.trial!, cell, gain: (cell.dev ?? Number.NaN) - own }));
  const chosen = found.find(({ name }) => name === adopted(task))?.gain ?? 0;
  const least = chosen + deviation(scores);
  return found
    .map((one): Standing => ({ ...one, promising: scores.length === SEEDS.length && one.gain > least }))
    .sort((a, b) => b.gain - a.gain);
}

/** The variant that has become the recipe of the fine-tuned arm, if one has. */
export function adopted(task: string): string | undefined {
  const { arms, trials } = RECIPES[task];
  const recipe = arms['fine-tuned']?.parameters;
  return Object.keys(trials?.remedies ?? {}).find((name) =>
    isDeepStrictEqual(fullCell(task, name).parameters, recipe),
  );
}
