import { familyOf } from '../tasks/families.ts';
import type { Task } from '../tasks/task.ts';
import { availableSplits, readSplit } from './corpus.ts';

/**
 * The task with its labels. Where it declares none they are those of all its splits at hand, in the order
 * of their code units; the metrics need the list, and an answer outside it is a fault.
 */
export async function withLabels(task: Task, dataDir: string): Promise<Task> {
  if (task.labels.length > 0) return task;
  const family = familyOf(task);
  const ids = new Set<string>();
  for (const split of availableSplits(task, dataDir)) {
    const { examples } = await readSplit(task, split, { dataDir });
    for (const example of examples) for (const label of family.labels(example)) ids.add(label);
  }
  return { ...task, labels: [...ids].sort().map((id) => ({ id, meaning: { en: id, zh: id } })) };
}
