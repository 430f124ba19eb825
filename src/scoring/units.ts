import { unitKey } from '../datasets/units.ts';
import type { Metric } from '../metrics/metric.ts';
import type { Answered, Example, Prediction } from '../tasks/examples.ts';
import { familyOf } from '../tasks/families/registry.ts';
import type { Task } from '../tasks/task.ts';

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

/** The answers of every independent unit, in the order of the examples. */
export function groupAnswers(
  task: Task,
  examples: readonly Example[],
  predictions: readonly (Prediction | undefined)[],
  chosen: (id: string) => boolean = () => true,
): Map<string, Answered[]> {
  const { missing } = familyOf(task);
  const units = new Map<string, Answered[]>();
  for (const [index, example] of examples.entries()) {
    if (!chosen(example.id)) continue;
    const prediction = predictions[index] ?? missing(example, task);
    const answer: Answered = { input: example.input, gold: example.gold, prediction };
    const key = unitKey(example);
    const unit = units.get(key);
    if (unit) unit.push(answer);
    else units.set(key, [answer]);
  }
  return units;
}

/** One row of counts per unit, row-major. */
export function countUnits<Item>(
  metric: Pick<Metric<Item>, 'width' | 'count'>,
  units: readonly (readonly Item[])[],
): Float64Array {
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
