import type { Label, Task } from '../../task.ts';

/**
 * A label that is wrong where `gold` is right: the one after it in the task's list, so that missing answers are
 * not all attributed to one class. A task without labels gives the empty label.
 */
export function wrongLabel(task: Task, gold: string): string {
  const { labels } = task;
  if (labels.length === 0) return '';
  const next = labels[((placesOf(task).get(gold) ?? -1) + 1) % labels.length].id;
  return next === gold ? '' : next;
}

const places = new WeakMap<readonly Label[], ReadonlyMap<string, number>>();

/** The position of each label in the task's list. */
function placesOf({ labels }: Task): ReadonlyMap<string, number> {
  let found = places.get(labels);
  if (!found) {
    const first = new Map<string, number>();
    for (const [place, { id }] of labels.entries()) if (!first.has(id)) first.set(id, place);
    places.set(labels, first);
    found = first;
  }
  return found;
}

/** As far on the wrong side as a score can be, and yet finite. */
export const WORST_SCORE = 1e300;

/** Above this number of labels, the wrong scores of all answers share one list. */
const MOST_SCORES_EACH = 2000;

const shared = new WeakMap<readonly Label[], Readonly<Record<string, number>>>();

/** Scores that rank every gold label below everything and every other label above everything. */
export function wrongScores(task: Task, gold: readonly string[]): Record<string, number> {
  const { labels } = task;
  if (labels.length <= MOST_SCORES_EACH) {
    return Object.fromEntries(labels.map(({ id }) => [id, gold.includes(id) ? -WORST_SCORE : WORST_SCORE]));
  }
  let worst = shared.get(labels);
  if (!worst) {
    worst = Object.fromEntries(labels.map(({ id }) => [id, WORST_SCORE]));
    shared.set(labels, worst);
  }
  const known = placesOf(task);
  const own: Record<string, number> = Object.create(worst);
  for (const id of gold) if (known.has(id)) own[id] = -WORST_SCORE;
  return own;
}
