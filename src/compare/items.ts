import type { Unit } from '../datasets/units.ts';
import { familyOf } from '../tasks/families/registry.ts';
import type { DifferingItem } from './comparison.ts';
import type { System } from './systems.ts';

/** Effects that differ by less than one part in this many are equal. */
const ROUNDING = 1e12;

/** The units with the largest effects, largest first; equal ones in the order of the corpus. */
export function mostDiffering(
  effects: Float64Array,
  units: readonly Unit[],
  limit: number,
  a: System,
  b: System,
): DifferingItem[] {
  const size = (unit: number): number => Math.round(Math.abs(effects[unit]) * ROUNDING);
  const order = Array.from(effects.keys())
    .filter((unit) => size(unit) > 0)
    .sort((i, j) => size(j) - size(i) || i - j);
  const { examples, task } = a.runs[0];
  const { brief, texts } = familyOf(task);
  return order.slice(0, limit).map((index) => {
    const members = units[index];
    const lines = (of: (member: number) => string): string => members.map(of).join(' | ');
    const answer = (system: System) => (i: number) =>
      system.runs
        .map(({ predictions: { [i]: prediction } }) =>
          prediction ? brief(prediction, examples[i].input) : '–',
        )
        .join(' / ');
    return {
      ids: members.map((i) => examples[i].id),
      effect: effects[index],
      text: lines((i) => texts(examples[i].input).join(' ‖ ')),
      gold: lines((i) => brief(examples[i].gold, examples[i].input)),
      a: lines(answer(a)),
      b: lines(answer(b)),
    };
  });
}
