import type { Task } from '../../tasks/task.ts';

/** The distinct labels, sorted by code unit: equal data give equal order on every machine. */
export const sortedLabels = (labels: Iterable<string>): string[] => [...new Set(labels)].sort();

/** A score a label; labels that the task declares but training never showed get 0. */
export function scoresByLabel(
  task: Task | undefined,
  labels: readonly string[],
  score: (k: number) => number,
): Record<string, number> {
  const declared = (task?.labels ?? []).map(({ id }): [string, number] => [id, 0]);
  return Object.fromEntries([...declared, ...labels.map((label, k): [string, number] => [label, score(k)])]);
}
