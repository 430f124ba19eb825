import type { Metric } from '../metrics/metric.ts';
import type { Answered, Example, Prediction } from './examples.ts';
import { familyOf } from './families.ts';
import type { Task } from './task.ts';

/** The answers of every independent unit, in the order of the examples. */
export function groupAnswers(
  task: Task,
  examples: readonly Example[],
  predictions: readonly (Prediction | undefined)[],
  chosen: (id: string) => boolean = () => true,
): Map<string, Answered[]> {
  const family = familyOf(task);
  const units = new Map<string, Answered[]>();
  for (const [index, example] of examples.entries()) {
    if (!chosen(example.id)) continue;
    const prediction = predictions[index] ?? family.missing(example, task);
    const answer: Answered = { input: example.input, gold: example.gold, prediction };
    // A group never shares its name with an id.
    const key = example.group === undefined ? `i${example.id}` : `g${example.group}`;
    const unit = units.get(key);
    if (unit) unit.push(answer);
    else units.set(key, [answer]);
  }
  return units;
}

/** One row of counts a unit, row-major. */
export function countUnits(metric: Metric<Answered>, units: readonly (readonly Answered[])[]): Float64Array {
  const counts = new Float64Array(units.length * metric.width);
  for (const [row, unit] of units.entries()) metric.count(unit, counts, row * metric.width);
  return counts;
}

/** Column sums of a row-major table. */
export function sumCounts(counts: Float64Array, width: number): Float64Array {
  const sums = new Float64Array(width);
  for (let i = 0; i < counts.length; i++) sums[i % width] += counts[i];
  return sums;
}
