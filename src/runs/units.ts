import type { Answered, Example, Prediction } from '../tasks/examples.ts';
import { familyOf } from '../tasks/families.ts';
import type { Task } from '../tasks/task.ts';

/** Indices of the examples that are one independent unit. */
export type Unit = readonly number[];

/** The independent units of a split: a group, or an example that belongs to none; in the order of the examples. */
export function unitsOf(examples: readonly Example[]): Unit[] {
  const units = new Map<string, number[]>();
  examples.forEach(({ id, group }, index) => {
    // A group never shares its name with an id.
    const key = group === undefined ? `i${id}` : `g${group}`;
    const unit = units.get(key);
    if (unit) unit.push(index);
    else units.set(key, [index]);
  });
  return [...units.values()];
}

/** Every example beside its answer; a missing answer is the family's worst one. */
export function answered(
  task: Task,
  examples: readonly Example[],
  predictions: readonly (Prediction | undefined)[],
): Answered[] {
  const { missing } = familyOf(task);
  return examples.map((example, i) => ({
    input: example.input,
    gold: example.gold,
    prediction: predictions[i] ?? missing(example, task),
  }));
}
