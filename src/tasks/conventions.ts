import { UserError } from '../ground/errors.ts';
import { listed } from '../ground/language.ts';
import type { Convention } from './convention.ts';
import type { Family } from './families/family.ts';
import { families, familyOf } from './families/registry.ts';
import type { Task } from './task.ts';

/**
 * Every convention of every family, family by family, each family's default first.
 *
 * @example
 * ```ts
 * import { conventions } from 'chineseblue';
 *
 * const ofNer = conventions.filter(({ id }) => id.startsWith('ner/'));
 * ofNer[0].id; // 'ner/strict/micro/full-text/json@1'
 * ```
 */
export const conventions: readonly Convention[] = Object.values<Family>(families).flatMap(
  (family) => family.conventions,
);

/** The conventions by which answers to a task are scored. */
export const conventionsOf = (task: Task): readonly Convention[] =>
  familyOf(task).conventions.filter(({ suits }) => suits?.(task) ?? true);

const byId = new Map(conventions.map((convention) => [convention.id, convention]));

/**
 * The convention of this id. Throws a UserError `unknown-convention` that names the family's conventions.
 *
 * @example
 * ```ts
 * import { findConvention } from 'chineseblue';
 *
 * const { title, definition } = findConvention('classification/micro-f1@1');
 * title.en; // 'Micro F1'
 * console.log(definition.zh);
 * ```
 */
export function findConvention(id: string): Convention {
  const found = byId.get(id);
  if (found) return found;
  const family = id.slice(0, id.indexOf('/') + 1);
  const near = conventions.filter((convention) => convention.id.startsWith(family)).map((near) => near.id);
  const known = listed(near.length > 0 ? near : [...byId.keys()]);
  throw new UserError(
    'unknown-convention',
    { en: `There is no convention ${id}`, zh: `没有口径 ${id}` },
    { field: 'convention', hint: { en: `Known: ${known.en}.`, zh: `可选：${known.zh}。` } },
  );
}
