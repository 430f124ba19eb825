import { kebab } from '../../src/ground/parameters.ts';
import type { Cell, KeptCell } from './cells.ts';
import { keptOf } from './cells.ts';
import { RECIPES } from './recipes.ts';
import { percent, row, signed, spread } from './show.ts';
import { fullCells, standings, trialCells, unchanged } from './trials.ts';

const curveOf = ({ curve }: KeptCell): string => curve.map(percent).join(', ');
const hours = (cells: readonly Cell[]): string =>
  (cells.reduce((sum, { minutes }) => sum + minutes, 0) / 60).toFixed(1);

/** What the tables of trials are, for the beginning of the page. */
export const ABOUT_TRIALS =
  'Where a goal is missed, remedies are ranked on dev at a fixed, small budget: each is trained on the same seeded sample of train as the recipe beside it (240 000 to 400 000 training tokens for the recipe, about four to eight minutes of one core), by seed 0; the recipe by three seeds. A remedy that gains more than the standard deviation of these three is then trained on all of train, where dev decides. What helps little text may not help much of it, and a gain of one seed may be luck: the ranking says which remedies are worth their full cost, not how much they gain. What has not been run yet is listed under its task.';

/** What a remedy changes, as parameters. */
const changeOf = (task: string, name: string): string =>
  Object.entries(RECIPES[task].trials!.remedies[name].change)
    .map(([key, value]) => `\`${kebab(key)}=${value}\``)
    .join(' ');

/** The remedies that were tried on a task, beside its recipe; and what is still to be run. */
export function trialLines(task: string): string[] {
  const [first, ...others] = unchanged(task);
  const left = trialCells(task).filter((cell) => !keptOf(cell));
  const rest =
    left.length > 0
      ? ['', `Trials not run yet: ${left.length}; about ${hours(left)} hours of one core.`]
      : [];
  if (!first) return rest;
  const found = standings(task);
  const recipes = [first, ...others];
  const sample = `${first.learnt ?? first.examples.train} of ${first.examples.train} training examples`;
  return [
    '',
    `Remedies, compared on dev after training on the same sample (${sample}, seed 0):`,
    '',
    row(['trial', 'dev after every epoch', 'best', 'minus the recipe']),
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
      ? `The recipe over ${recipes.length} seeds, each with a sample of its own: ${spread(recipes.flatMap(({ dev }) => dev ?? []))}.`
      : 'The recipe by other seeds: not run yet.',
    ...fullLines(task),
    ...rest,
  ];
}

/** Remedies that were taken to all of train. */
function fullLines(task: string): string[] {
  const cells = fullCells(task);
  if (cells.length === 0) return [];
  const done = cells.flatMap((cell) => keptOf(cell) ?? []);
  const left = cells.filter((cell) => !keptOf(cell));
  return [
    '',
    ...done.map(
      (cell) =>
        `On all of train, ${cell.trial}: ${percent(cell.dev ?? Number.NaN)} on dev (after every epoch: ${curveOf(cell)}).`,
    ),
    ...(left.length > 0
      ? [
          `To be tried on all of train, as they gained more than that spread: ${left.map(({ trial }) => trial).join(', ')}; about ${hours(left)} hours of one core.`,
        ]
      : []),
  ];
}
