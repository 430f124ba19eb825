import type { Label, Task } from '../../task.ts';
import { fold } from '../view.ts';
import { asLabel } from './faults.ts';

const form = (name: string): string => fold(name).trim();

/** By name in its comparable form: an id before a meaning; null if a meaning is that of several labels. */
const namesOf = (labels: readonly Label[]): ReadonlyMap<string, string | null> => {
  const names = new Map<string, string | null>();
  for (const { id, meaning } of labels) {
    for (const name of new Set([form(meaning.zh), form(meaning.en)])) {
      names.set(name, names.has(name) && names.get(name) !== id ? null : id);
    }
  }
  for (const { id } of labels) names.set(form(id), id);
  return names;
};

const known = new WeakMap<Task, ReadonlyMap<string, string | null>>();

/**
 * The label that is named by its id or by its Chinese or English meaning, without regard to width and case; undefined where
 * no label or more than one has the name. Labels in other words are not guessed.
 */
export function labelNamed(value: unknown, task: Task): string | undefined {
  const name = asLabel(value);
  if (typeof name !== 'string') return undefined;
  let names = known.get(task);
  if (!names) {
    names = namesOf(task.labels);
    known.set(task, names);
  }
  return names.get(form(name)) ?? undefined;
}

const ids = new WeakMap<readonly Label[], readonly string[]>();

/** The ids of a task's labels: always the same list, so that results derived from it can be cached. */
export function labelIds({ labels }: Task): readonly string[] {
  let list = ids.get(labels);
  if (!list) {
    list = labels.map(({ id }) => id);
    ids.set(labels, list);
  }
  return list;
}
