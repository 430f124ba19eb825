import type { Task } from '../../../tasks/task.ts';

/** The distinct labels, sorted by code unit: equal data give equal order on every machine. */
export const sortedLabels = (labels: Iterable<string>): string[] => [...new Set(labels)].sort();

/** Above this number of labels, a prediction has the scores of the `MOST_LIKELY` only: all would not fit in memory. */
export const MOST_SCORED_LABELS = 2000;
const MOST_LIKELY = 100;

/**
 * A score a label; labels that the task declares but training never showed get 0. Where there are very many labels, only
 * the largest scores, largest first, of equal ones the first by code unit.
 */
export function scoresByLabel(
  task: Task | undefined,
  labels: readonly string[],
  score: (k: number) => number,
): Record<string, number> {
  if (Math.max(labels.length, task?.labels.length ?? 0) > MOST_SCORED_LABELS)
    return largestScores(labels.map((label, k) => [label, score(k)]));
  const declared = (task?.labels ?? []).map(({ id }): [string, number] => [id, 0]);
  return Object.fromEntries([...declared, ...labels.map((label, k): [string, number] => [label, score(k)])]);
}

/** The `MOST_LIKELY` largest of these scores, those that are not above 0 left out where some are. */
export function largestScores(
  scores: Iterable<readonly [label: string, score: number]>,
): Record<string, number> {
  const sorted = [...scores].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const positive = sorted.findIndex(([, score]) => !(score > 0));
  return Object.fromEntries(sorted.slice(0, positive > 0 ? Math.min(positive, MOST_LIKELY) : MOST_LIKELY));
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
