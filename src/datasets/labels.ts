import type { Example } from '../tasks/examples.ts';
import { withObservedLabels } from '../tasks/families/registry.ts';
import type { Task } from '../tasks/task.ts';
import { availableSplits, readSplit } from './corpus.ts';

/**
 * The task with its labels. Where it declares none they are those of all its splits at hand: the metrics
 * need the list, and an answer outside it is a fault.
 */
export async function withLabels(task: Task, dataDir: string): Promise<Task> {
  if (task.labels.length > 0) return task;
  const examples: Example[] = [];
  for (const split of availableSplits(task, dataDir)) {
    for (const example of (await readSplit(task, split, { dataDir })).examples) examples.push(example);
  }
  return withObservedLabels(task, examples);
}
