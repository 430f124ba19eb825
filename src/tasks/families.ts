import type { Example, FamilyId } from './examples.ts';
import { classification } from './families/classification.ts';
import { dialogue } from './families/dialogue.ts';
import { inference } from './families/inference.ts';
import { multilabel } from './families/multilabel.ts';
import { ner } from './families/ner.ts';
import { ranking } from './families/ranking.ts';
import { relation } from './families/relation.ts';
import { similarity } from './families/similarity.ts';
import type { Family } from './family.ts';
import type { Task } from './task.ts';

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
