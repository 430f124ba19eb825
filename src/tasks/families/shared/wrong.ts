import type { Task } from '../../task.ts';

/**
 * A label that is wrong where `gold` is right: the one after it in the task's list, so that missing answers are
 * not all blamed on one class. A task without labels gives the empty label.
 */
export function wrongLabel(task: Task, gold: string): string {
  const { labels } = task;
  if (labels.length === 0) return '';
  const next = labels[(labels.findIndex(({ id }) => id === gold) + 1) % labels.length].id;
  return next === gold ? '' : next;
}

/** As far on the wrong side as a score can be, and yet finite. */
export const WORST_SCORE = 1e300;

/** Scores that rank every gold label below everything and every other label above everything. */
export function wrongScores(task: Task, gold: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    task.labels.map(({ id }) => [id, gold.includes(id) ? -WORST_SCORE : WORST_SCORE]),
  );
}
