import * as z from 'zod';
import type { Task } from '../../task.ts';
import { labelNamed } from './label-names.ts';

/** An answer as a schema reads it, or why it is not one: a code, and the field. */
export type ReadAnswer<T> = { readonly value: T } | { readonly unreadable: string };

/**
 * Reads an answer by a schema. The first thing that is wrong is named: `not-an-object`, `missing-field entities[0].quote`,
 * `wrong-type …`, or the code of the schema's own check, such as `unknown-label`.
 */
export function readAnswer<T>(schema: z.ZodType<T>, answer: unknown): ReadAnswer<T> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return { value: parsed.data };
  const [issue] = parsed.error.issues;
  if (issue.path.length === 0) return { unreadable: 'not-an-object' };
  const code = isAbsent(answer, issue.path) ? 'missing-field' : codeOf(issue);
  return { unreadable: `${code} ${placeOf(issue.path)}` };
}

const isAbsent = (answer: unknown, path: readonly PropertyKey[]): boolean =>
  path.reduce<unknown>((value, key) => Object(value)[key], answer) === undefined;

function codeOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'custom' && typeof issue.params?.code === 'string') return issue.params.code;
  const isBound = issue.code === 'too_small' || issue.code === 'too_big';
  return isBound && issue.origin !== 'string' ? 'out-of-range' : 'wrong-type';
}

/** `entities[0].quote`. */
const placeOf = (path: readonly PropertyKey[]): string =>
  path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .slice(1);

/** A part of a schema that `find` reads; where it finds nothing, the answer has the fault `code`. */
export const named = <T>(find: (value: unknown) => T | undefined, code = 'unknown-label') =>
  z.unknown().transform((value, context): T => {
    const found = find(value);
    if (found !== undefined) return found;
    context.issues.push({ code: 'custom', input: value, params: { code } });
    return z.NEVER;
  });

/** A label by its id or its Chinese or English meaning. */
export const labelOf = (task: Task) => named((value) => labelNamed(value, task));

/** What is made once for every task. */
export function perTask<T>(make: (task: Task) => T): (task: Task) => T {
  const made = new WeakMap<Task, T>();
  return (task) => {
    const known = made.get(task);
    if (known !== undefined) return known;
    const fresh = make(task);
    made.set(task, fresh);
    return fresh;
  };
}
