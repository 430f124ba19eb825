import type { Task } from '../../task.ts';
import type { Fault } from '../family.ts';

export type Line = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Line =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const MAX_SHOWN = 60;

/** A value as it stands in the JSON, cut short. */
function show(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'nothing');
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

/** `missing-field` where there is nothing, else `wrong-type`. */
export function badType(field: string, expected: string, found: unknown): Fault {
  return found === undefined
    ? { code: 'missing-field', field, message: `"${field}" is missing: expected ${expected}` }
    : { code: 'wrong-type', field, message: `"${field}" must be ${expected}, not ${show(found)}` };
}

/** Ids of the labels of a task; a task that declares none accepts any. Kept a task: asked for every line. */
export function knownLabels(task: Task): ReadonlySet<string> {
  if (task === lastTask) return lastLabels;
  lastLabels = new Set(task.labels.map(({ id }) => id));
  lastTask = task;
  return lastLabels;
}

let lastTask: Task | undefined;
let lastLabels: ReadonlySet<string> = new Set();

const MAX_LABELS_SHOWN = 12;

/** What is wrong with a label, if anything. */
export function labelFault(value: unknown, field: string, known: ReadonlySet<string>): Fault | undefined {
  if (typeof value !== 'string') return badType(field, `a string, e.g. ${show([...known][0] ?? '1')}`, value);
  if (known.size === 0 || known.has(value)) return undefined;
  const some = [...known].slice(0, MAX_LABELS_SHOWN).join(', ');
  const list = known.size > MAX_LABELS_SHOWN ? `${some}, … (${known.size} labels)` : some;
  return { code: 'unknown-label', field, message: `${show(value)} is not a label of this task: ${list}` };
}

/** What is wrong with a score: it must be a finite number. */
export function scoreFault(value: unknown, field: string): Fault | undefined {
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return undefined;
    return { code: 'not-finite', field, message: `"${field}" must be a finite number, not ${value}` };
  }
  return badType(field, 'a finite number', value);
}

/** Faults of an optional `scores` object, label → number. */
export function labelScoreFaults(scores: unknown, known: ReadonlySet<string>): Fault[] {
  if (scores === undefined) return [];
  if (!isObject(scores)) return [badType('scores', 'an object that maps labels to numbers', scores)];
  const faults: Fault[] = [];
  for (const label of Object.keys(scores)) {
    const field = `scores.${label}`;
    const fault = labelFault(label, field, known) ?? scoreFault(scores[label], field);
    if (fault) faults.push(fault);
  }
  return faults;
}

/** Faults of `start` and `end` as UTF-16 offsets into `text`, `end` exclusive. */
export function spanFaults(start: unknown, end: unknown, text: string, prefix: string): Fault[] {
  const faults: Fault[] = [];
  for (const [name, value] of [
    ['start', start],
    ['end', end],
  ] as const) {
    const field = `${prefix}.${name}`;
    if (typeof value !== 'number') faults.push(badType(field, 'a whole number', value));
    else if (!Number.isFinite(value)) {
      faults.push({ code: 'not-finite', field, message: `"${field}" must be a whole number, not ${value}` });
    } else if (!Number.isInteger(value)) {
      faults.push({
        code: 'not-an-integer',
        field,
        message: `"${field}" must be a whole number, not ${value}`,
      });
    } else if (value < 0) {
      faults.push({ code: 'negative-offset', field, message: `"${field}" must not be negative: ${value}` });
    } else if (value > text.length) {
      const message = `"${field}" is ${value}, but the text has ${text.length} UTF-16 code units`;
      faults.push({ code: 'span-outside-text', field, message });
    } else if (insideCharacter(text, value)) {
      const message = `"${field}" is ${value}, inside a character: offsets are UTF-16 code units, not code points`;
      faults.push({ code: 'span-splits-character', field, message });
    }
  }
  if (faults.length === 0 && (start as number) >= (end as number)) {
    const message = `"${prefix}" is empty: start ${start} is not before end ${end} (end is exclusive)`;
    faults.push({ code: 'empty-span', field: prefix, message });
  }
  return faults;
}

const insideCharacter = (text: string, offset: number): boolean =>
  offset > 0 &&
  (text.charCodeAt(offset) & 0xfc00) === 0xdc00 &&
  (text.charCodeAt(offset - 1) & 0xfc00) === 0xd800;

/**
 * Reads every element of the array `line[field]`. `read` returns the element or its faults; `prefix` is e.g.
 * `entities[3]`. Returns the elements, or all faults of all of them.
 */
export function readList<T extends object | string | number>(
  line: Line,
  field: string,
  read: (value: unknown, prefix: string) => T | readonly Fault[],
): T[] | { readonly faults: readonly Fault[] } {
  const list = line[field];
  if (!Array.isArray(list)) return { faults: [badType(field, 'an array', list)] };
  const items: T[] = [];
  const faults: Fault[] = [];
  for (let i = 0; i < list.length; i++) {
    const item = read(list[i], `${field}[${i}]`);
    if (Array.isArray(item)) faults.push(...item);
    else items.push(item as T);
  }
  return faults.length > 0 ? { faults } : items;
}
