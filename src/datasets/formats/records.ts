import { UserError } from '../../ground/errors.ts';
import { readLineBatches } from '../../ground/files.ts';
import { nearest } from '../../ground/nearest.ts';
import type { Task } from '../../tasks/task.ts';

/** A parsed JSON object, or a tab-separated line, and where it stands. */
export interface JsonRecord {
  readonly value: Readonly<Record<string, unknown>>;
  /** 1-based. */
  readonly line: number;
}

/** How many distinct examples of a wrong value an error shows at most, in characters. */
const SHOWN = 40;

export const show = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
};

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Streams the records of a JSON-lines file; blank lines are no records.
 * Throws a UserError (`bad-json`, `not-an-object`) naming the line.
 */
export async function* readJsonRecords(file: string): AsyncGenerator<JsonRecord> {
  for await (const lines of readLineBatches(file)) {
    for (const { text, number } of lines) {
      if (text.trim() === '') continue;
      yield { value: parseObject(text, file, number), line: number };
    }
  }
}

/** One JSON object out of `text`; `line` is where it begins in `file`. */
export function parseObject(text: string, file: string, line?: number): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError('bad-json', `This is not valid JSON: ${(error as Error).message}`, {
      file,
      line,
      hint: 'The file may have been cut off: fetch or export it again.',
    });
  }
  if (!isObject(value)) {
    throw new UserError('not-an-object', `Expected a JSON object, found ${show(value)}`, {
      file,
      line,
      hint: 'Write one object {…} a line.',
    });
  }
  return value;
}

/** Where a value was found, for errors about it. */
export interface ValuePlace {
  readonly file: string;
  readonly line?: number;
  readonly id?: string;
  readonly field: string;
}

/** The value itself when it is a string; a UserError (`bad-field`) otherwise. */
export function expectString(value: unknown, place: ValuePlace): string {
  if (typeof value === 'string') return value;
  throw badField(value, 'a string', place);
}

/** The value itself when it is an array; a UserError (`bad-field`) otherwise. */
export function expectArray(value: unknown, place: ValuePlace): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw badField(value, 'an array', place);
}

/** The value itself when it is an object; a UserError (`bad-field`) otherwise. */
export function expectObject(value: unknown, place: ValuePlace): Readonly<Record<string, unknown>> {
  if (isObject(value)) return value;
  throw badField(value, 'an object', place);
}

export function badField(value: unknown, expected: string, place: ValuePlace): UserError {
  const found = value === undefined ? 'nothing' : show(value);
  return new UserError('bad-field', `Expected ${expected}, found ${found}`, {
    ...place,
    hint: `Give every record a field "${place.field}" that is ${expected}.`,
  });
}

/**
 * Gives every record of a file its id: its own (`id`, a string or a number) or else its 0-based number.
 * The returned function throws a UserError (`duplicate-id`) for an id that came before.
 */
export function createIds(file: string): (own: unknown, line?: number) => string {
  const seen = new Map<string, number | undefined>();
  return (own, line) => {
    const given = own !== undefined && own !== null;
    if (given && typeof own !== 'string' && typeof own !== 'number') {
      throw badField(own, 'a string or a number', { file, line, field: 'id' });
    }
    const id = given ? String(own) : String(seen.size);
    if (seen.has(id)) {
      const before = seen.get(id);
      throw new UserError('duplicate-id', `The id ${show(id)} occurs twice`, {
        file,
        line,
        id,
        field: 'id',
        hint: `Give every record its own id, or none at all${before ? `; it first stands on line ${before}` : ''}.`,
      });
    }
    seen.set(id, line);
    return id;
  };
}

/**
 * A check of labels against those that the task declares; anything passes where it declares none,
 * save the empty label. Throws a UserError (`unknown-label`, `empty-label`).
 */
export function createLabelCheck(task: Task): (label: string, place: ValuePlace) => string {
  const known = new Set(task.labels.map((label) => label.id));
  return (label, place) => {
    if (label === '') {
      throw new UserError('empty-label', 'The label is empty', {
        ...place,
        hint: 'Give every record a label.',
      });
    }
    if (known.size > 0 && !known.has(label)) {
      throw new UserError('unknown-label', `${task.id} has no label ${show(label)}`, {
        ...place,
        hint:
          place.line === 1 && !place.file.endsWith('.json')
            ? `If line 1 is a header, remove it. Labels: ${[...known].slice(0, 12).join(', ')}${known.size > 12 ? ', …' : ''}.`
            : `Did you mean ${show(nearest(label, [...known]))}?`,
      });
    }
    return label;
  };
}
