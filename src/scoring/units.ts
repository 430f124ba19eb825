import { unitsOf } from '../datasets/units.ts';
import type { Metric } from '../metrics/metric.ts';
import { createCountsBuilder, type SparseCounts, sumCounts } from '../statistics/counts.ts';
import type { Answered, Example, Prediction } from '../tasks/examples.ts';
import { familyOf } from '../tasks/families/registry.ts';
import type { Task } from '../tasks/task.ts';

/** Every example with its answer; a missing answer is the family's worst one. */
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

/** The answers of every independent unit (examples of one group, or an example without one), in the order of the examples. */
export function groupAnswers(
  task: Task,
  examples: readonly Example[],
  predictions: readonly (Prediction | undefined)[],
  chosen: (id: string) => boolean = () => true,
): Answered[][] {
  const { missing } = familyOf(task);
  const units: Answered[][] = [];
  const ofGroup = new Map<string, Answered[]>();
  for (const [index, example] of examples.entries()) {
    const { id, group, input, gold } = example;
    if (!chosen(id)) continue;
    const answer: Answered = { input, gold, prediction: predictions[index] ?? missing(example, task) };
    const begun = group === undefined ? undefined : ofGroup.get(group);
    if (begun) begun.push(answer);
    else {
      const unit = [answer];
      units.push(unit);
      if (group !== undefined) ofGroup.set(group, unit);
    }
  }
  return units;
}

/** From this number of counts on, only those that a unit may add to are counted and read. */
const MANY_COUNTS = 256;

/** A metric restricted to the counts that these units need, where it has very many classes: the same score, to the bit. */
export function narrowTo<Item>(metric: Metric<Item>, units: readonly (readonly Item[])[]): Metric<Item> {
  return metric.narrowing && isNarrowed(metric) ? metric.narrowing.to(units) : metric;
}

/** Whether a metric is narrowed to the counts that its units need. */
const isNarrowed = ({ width, narrowing }: Pick<Metric<never>, 'width' | 'narrowing'>): boolean =>
  width >= MANY_COUNTS && narrowing !== undefined;

/**
 * Scores complete answers to the same examples under an additive metric repeatedly: constants and guesses. Only the unit being
 * counted is held, except for metrics that are narrowed.
 */
export function createScorer(task: Task, examples: readonly Example[], metric: Metric<Answered>) {
  const units = examples.some(({ group }) => group !== undefined) ? unitsOf(examples) : undefined;
  const sums = new Float64Array(metric.width);
  const counts = new Float64Array(metric.width);
  const add = (unit: readonly Answered[]): void => {
    metric.count(unit, counts, 0);
    for (let column = 0; column < counts.length; column++) sums[column] += counts[column];
    counts.fill(0);
  };
  return (predictions: readonly Prediction[]): number => {
    if (isNarrowed(metric)) {
      const answers = groupAnswers(task, examples, predictions);
      const narrow = narrowTo(metric, answers);
      return narrow.value(sumCounts(countUnits(narrow, answers), narrow.width));
    }
    sums.fill(0);
    const answerTo = (index: number): Answered => {
      const { input, gold } = examples[index];
      return { input, gold, prediction: predictions[index] };
    };
    if (units) for (const unit of units) add(unit.map(answerTo));
    else for (let index = 0; index < examples.length; index++) add([answerTo(index)]);
    return metric.value(sums);
  };
}

/** The counts of every unit. */
export function countUnits<Item>(
  { width, count, narrowing }: Pick<Metric<Item>, 'width' | 'count' | 'narrowing'>,
  units: readonly (readonly Item[])[],
): SparseCounts {
  const builder = createCountsBuilder(width, units.length);
  const counts = new Float64Array(width);
  const all = Array.from(counts.keys());
  for (const unit of units) {
    count(unit, counts, 0);
    const columns = width < MANY_COUNTS || !narrowing ? all : narrowing.touched(unit);
    for (const column of columns) {
      builder.add(column, counts[column]);
      counts[column] = 0;
    }
    builder.endUnit();
  }
  return builder.finish();
}
