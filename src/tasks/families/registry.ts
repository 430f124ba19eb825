import type { Example, FamilyId } from '../examples.ts';
import type { Task } from '../task.ts';
import { classification } from './classification/family.ts';
import { dialogue } from './dialogue/family.ts';
import type { Family } from './family.ts';
import { inference } from './inference/family.ts';
import { multilabel } from './multilabel/family.ts';
import { ner } from './ner/family.ts';
import { ranking } from './ranking/family.ts';
import { relation } from './relation/family.ts';
import { similarity } from './similarity/family.ts';

/** Every family of tasks by its id. */
export const families: { readonly [F in FamilyId]: Family<F> } = {
  ner,
  similarity,
  inference,
  ranking,
  classification,
  multilabel,
  relation,
  dialogue,
};

/** The family of a task, for code that treats all families alike. */
export const familyOf = (task: Task): Family => families[task.family] as Family;

/**
 * A task that declares no labels, with those that the gold of `examples` holds, sorted; another task comes back as
 * it is. Figures a class and macro averages need the labels: without them everything is one unlisted class.
 */
export function withObservedLabels(task: Task, examples: readonly Example[]): Task {
  if (task.labels.length > 0) return task;
  const { labels } = familyOf(task);
  const ids = new Set<string>();
  for (const example of examples) for (const label of labels(example)) ids.add(label);
  return { ...task, labels: [...ids].sort().map((id) => ({ id, meaning: { en: id, zh: id } })) };
}
