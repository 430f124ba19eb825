import { kebab } from '../../src/ground/parameters.ts';
import type { Cell, KeptCell } from './cells.ts';
import { keptOf } from './cells.ts';
import { RECIPES } from './recipes.ts';
import { percent, row, signed, spread } from './show.ts';
import { fullCell, fullCells, standings, trialCells, unchanged } from './trials.ts';

const curveOf = ({ curve }: KeptCell): string => curve.map(percent).join(', ');
const hours = (cells: readonly Cell[]): string =>
  (cells.reduce((sum, { minutes }) => sum + minutes, 0) / 60).toFixed(1);

/** The introduction to the trials. */
export const ABOUT_TRIALS =
  'Where a goal is missed, variants of the recipe are ranked on dev at a small fixed budget. Each is trained with seed 0 on the same sample of the training set as the recipe (240 000 to 400 000 training tokens for the recipe, about four to eight minutes on one core); the recipe itself is trained with three seeds. A variant that gains more than the standard deviation over these seeds is then trained on the full training set and judged on dev. It becomes the recipe only if its gain there is also clear compared with the spread of the recipe over seeds (column dev of the first table); other variants must then exceed it by that standard deviation. Gains on a small sample may not carry over to the full training set, and a gain at one seed may be chance: the ranking shows which variants are worth a full run, not how much they gain. Pending trials, if any, are listed under each task.';

/** The parameters that a variant changes. */
const changeOf = (task: string, name: string): string =>
  Object.entries(RECIPES[task].trials!.remedies[name].change)
    .map(([key, value]) => `\`${kebab(key)}=${value}\``)
    .join(' ');

/** Says that the recipe in the table above is not the one that was varied. */
function replacedNote(task: string): string {
  const { recipe } = RECIPES[task].trials!;
  if (!recipe) return '';
  const parameters = Object.entries(recipe).map(([key, value]) => `\`${kebab(key)}=${value}\``);
  return `. The recipe was then ${parameters.join(' ')}; one of the variants has replaced it above`;
}

/** The variants tried on a task compared with its recipe, and the pending ones. */
export function trialLines(task: string): string[] {
  const [first, ...others] = unchanged(task);
  const left = trialCells(task).filter((cell) => !keptOf(cell));
  const rest =
    left.length > 0
      ? ['', `Trials not run yet: ${left.length}; about ${hours(left)} hours on one core.`]
      : [];
  if (!first) return rest;
  const found = standings(task);
  const recipes = [first, ...others];
  const sample = `${first.learnt ?? first.examples.train} of ${first.examples.train} training examples`;
  return [
    '',
    `Variants of the recipe, compared on dev after training on the same sample (${sample}, seed 0)${replacedNote(task)}:`,
    '',
    row(['variant', 'dev score after each epoch', 'best', 'minus the recipe']),
    row(['---', '---', '---:', '---:']),
    row(['the recipe', curveOf(first), percent(first.dev ?? Number.NaN), '']),
    ...found.map(({ name, cell, gain }) =>
      row([
        `${name} (${changeOf(task, name)})`,
        curveOf(cell),
        percent(cell.dev ?? Number.NaN),
        signed(gain),
      ]),
    ),
    '',
    recipes.length > 1
      ? `The recipe over ${recipes.length} seeds, each with its own sample: ${spread(recipes.flatMap(({ dev }) => dev ?? []))}.`
      : 'Other seeds of the recipe: not run yet.',
    ...fullLines(task),
    ...rest,
  ];
}

/** Variants trained on the full training set, and those to be. */
function fullLines(task: string): string[] {
  const done = standings(task).flatMap(({ name }) => keptOf(fullCell(task, name)) ?? []);
  const left = fullCells(task).filter((cell) => !keptOf(cell));
  if (done.length + left.length === 0) return [];
  return [
    '',
    ...done.map(
      (cell) =>
        `On the full training set, ${cell.trial}: ${percent(cell.dev ?? Number.NaN)} on dev (after each epoch: ${curveOf(cell)}).`,
    ),
    ...(left.length > 0
      ? [
          `To be run on the full training set, having gained more than that standard deviation: ${left.map(({ trial }) => trial).join(', ')}; about ${hours(left)} hours on one core.`,
        ]
      : []),
  ];
}
