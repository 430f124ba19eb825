import type { Cell } from '../../encoders/heads/span.ts';
import type { Item } from '../../encoders/training/finetune.ts';
import type { Cut } from './spans.ts';

/** Equal if and only if matrix and tokens are. */
export const keyOf = ({ type, first, last }: Cell): string => `${type} ${first} ${last}`;

/** The cells whose tokens are all in a window, by their positions in it. */
const inWindow = (cells: readonly Cell[], start: number, end: number): Cell[] =>
  cells
    .filter(({ first, last }) => Math.min(first, last) >= start && Math.max(first, last) < end)
    .map(({ type, first, last }) => ({ type, first: first - start, last: last - start }));

/** Targets of the span head in each window of a text. */
export const itemsOf = ({ windows, sequences }: Cut, cells: readonly Cell[]): Item<readonly Cell[]>[] =>
  windows.map(({ start, end }, i) => ({
    rows: [{ sequence: sequences[i], target: inWindow(cells, start, end) }],
  }));

/** Merges the results of the windows of a text; of items with the same key, the last one replaces the first in place. */
export function foundInAll<Answer, Found>(
  answers: readonly Answer[],
  findIn: (window: number, answer: Answer) => readonly Found[],
  keyOf: (found: Found) => string,
): Found[] {
  const all = new Map<string, Found>();
  for (const [window, answer] of answers.entries())
    for (const found of findIn(window, answer)) all.set(keyOf(found), found);
  return [...all.values()];
}
