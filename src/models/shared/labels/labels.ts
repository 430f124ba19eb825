import type { Task } from '../../../tasks/task.ts';

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

export function countBy<T>(items: Iterable<T>, key: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) {
    const name = key(item);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/** The keys by how often they were counted; of equally frequent ones, the first by code unit comes first. */
export const byFrequency = (counts: ReadonlyMap<string, number>): string[] =>
  [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([key]) => key);
