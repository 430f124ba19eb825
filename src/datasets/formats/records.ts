import { UserError } from '../../ground/errors.ts';
import { readLineBatches } from '../../ground/files.ts';
import { listed, type Text } from '../../ground/language.ts';
import { nearest } from '../../ground/nearest.ts';
import { showJson } from '../../ground/show.ts';
import { asLabel } from '../../tasks/families/shared/faults.ts';
import type { PlainRecord } from '../../tasks/families/shared/record.ts';
import type { Task } from '../../tasks/task.ts';

/** A parsed JSON object and where it stands. */
export interface JsonRecord {
  readonly value: PlainRecord;
  /** 1-based. */
  readonly line: number;
}

/** Longest wrong value that an error shows, in characters. */
const SHOWN = 40;
const SHOWN_LABELS = 12;

export const show = (value: unknown): string => showJson(value, SHOWN);

export const isObject = (value: unknown): value is PlainRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null;

/**
 * Streams the records of a JSON Lines file, a batch for every block read; blank lines are no records.
 * Throws a UserError (`bad-json`, `not-an-object`) naming the line.
 */
export async function* readJsonRecords(file: string): AsyncGenerator<JsonRecord[]> {
  for await (const lines of readLineBatches(file)) {
    const records: JsonRecord[] = [];
    for (const { text, number } of lines) {
      if (text.trim() !== '') records.push({ value: parseObject(text, file, number), line: number });
    }
    yield records;
  }
}

/** One JSON value out of `text`; `line` is where it begins in `file`. Throws a UserError `bad-json`. */
export function parseJson(text: string, file: string, line?: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(
      'bad-json',
      { en: `This is not valid JSON: ${reason}`, zh: `不是合法的 JSON：${reason}` },
      {
        file,
        line,
        hint: {
          en: 'The file may be truncated: fetch or export it again.',
          zh: '文件可能不完整，请重新下载或导出。',
        },
      },
    );
  }
}

/** One JSON object out of `text`; `line` is where it begins in `file`. */
export function parseObject(text: string, file: string, line?: number): PlainRecord {
  const value = parseJson(text, file, line);
  if (!isObject(value)) {
    throw new UserError(
      'not-an-object',
      { en: `Expected a JSON object, found ${show(value)}`, zh: `应为 JSON 对象，实际为 ${show(value)}` },
      { file, line, hint: { en: 'Write one object {…} per line.', zh: '每行写一个对象 {…}。' } },
    );
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

export const EXPECTED = {
  string: { en: 'a string', zh: '字符串' },
  integer: { en: 'a whole number', zh: '整数' },
  array: { en: 'an array', zh: '数组' },
  object: { en: 'an object', zh: '对象' },
} satisfies Record<string, Text>;

/** The value itself when it is a string; a UserError (`bad-field`) otherwise. */
export function expectString(value: unknown, place: ValuePlace): string {
  if (typeof value === 'string') return value;
  throw badField(value, EXPECTED.string, place);
}

/** The value itself when it is a whole number; a UserError (`bad-field`) otherwise. */
export function expectInteger(value: unknown, place: ValuePlace): number {
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  throw badField(value, EXPECTED.integer, place);
}

/** The value itself when it is an array; a UserError (`bad-field`) otherwise. */
export function expectArray(value: unknown, place: ValuePlace): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw badField(value, EXPECTED.array, place);
}

/** The value itself when it is an object; a UserError (`bad-field`) otherwise. */
export function expectObject(value: unknown, place: ValuePlace): PlainRecord {
  if (isObject(value)) return value;
  throw badField(value, EXPECTED.object, place);
}

export function badField(value: unknown, expected: Text, place: ValuePlace): UserError {
  const found = value === undefined ? { en: 'nothing', zh: '空缺' } : { en: show(value), zh: show(value) };
  return new UserError(
    'bad-field',
    { en: `Expected ${expected.en}, found ${found.en}`, zh: `应为${expected.zh}，实际为 ${found.zh}` },
    {
      ...place,
      hint: {
        en: `Give every record a field "${place.field}" that is ${expected.en}.`,
        zh: `每条记录的字段 "${place.field}" 都应为${expected.zh}。`,
      },
    },
  );
}

/**
 * Gives every record of a file its id: its own (`id`, a string or a number) or else its 0-based number.
 * The returned function throws a UserError (`duplicate-id`) for an id that came before; where `areUnique` says that none does,
 * it keeps no list of them.
 */
export function createIds(
  placeOf: (field: string) => ValuePlace,
  areUnique = false,
): (own: unknown) => string {
  /** Line of every id; made with the first own id, so that a file without any needs no map. */
  let seen: Map<string, number | undefined> | undefined;
  let count = 0;
  return (own) => {
    if (isAbsent(own) && seen === undefined) return String(count++);
    if (!isAbsent(own) && typeof own !== 'string' && typeof own !== 'number')
      throw badField(own, { en: 'a string or a number', zh: '字符串或数字' }, placeOf('id'));
    if (areUnique) {
      count++;
      return String(own);
    }
    seen ??= new Map(Array.from({ length: count }, (_, number) => [String(number), undefined]));
    const id = String(own ?? count);
    count++;
    const place = placeOf('id');
    if (seen.has(id)) throw duplicateId(id, seen.get(id), place);
    seen.set(id, place.line);
    return id;
  };
}

function duplicateId(id: string, before: number | undefined, place: ValuePlace): UserError {
  const first =
    before === undefined
      ? { en: '', zh: '' }
      : { en: ` (first on line ${before})`, zh: `（首次在第 ${before} 行）` };
  return new UserError(
    'duplicate-id',
    { en: `The id ${show(id)} occurs twice${first.en}`, zh: `id ${show(id)} 重复${first.zh}` },
    {
      ...place,
      id,
      hint: {
        en: 'Give every record its own id, or none of them any.',
        zh: '每条记录使用唯一的 id，或全部不写 id。',
      },
    },
  );
}

/**
 * A check of labels against those that the task declares; any label but the empty one passes where it declares none. A
 * whole number stands for its digits.
 * Throws a UserError (`unknown-label`, `empty-label`, `bad-field`).
 */
export function createLabelCheck(
  task: Task,
  placeOf: (field: string) => ValuePlace,
): (label: unknown, field: string) => string {
  const known = new Set(task.labels.map((label) => label.id));
  return (value, field) => {
    const label = asLabel(value);
    if (typeof label !== 'string') throw badField(label, EXPECTED.string, placeOf(field));
    if (label === '') {
      throw new UserError(
        'empty-label',
        { en: 'The label is empty', zh: '标签为空' },
        { ...placeOf(field), hint: { en: 'Give every record a label.', zh: '为每条记录写上标签。' } },
      );
    }
    if (known.size > 0 && !known.has(label)) throw unknownLabel(label, [...known], task.id, placeOf(field));
    return label;
  };
}

function unknownLabel(label: string, known: readonly string[], task: string, place: ValuePlace): UserError {
  const some = listed([...known.slice(0, SHOWN_LABELS), ...(known.length > SHOWN_LABELS ? ['…'] : [])]);
  const close = nearest(label, known);
  const mayBeHeader = place.line === 1 && !place.file.endsWith('.json');
  return new UserError(
    'unknown-label',
    { en: `${task} has no label ${show(label)}`, zh: `${task} 没有标签 ${show(label)}` },
    {
      ...place,
      hint: mayBeHeader
        ? {
            en: `If line 1 is a header, remove it. Labels: ${some.en}.`,
            zh: `若第 1 行是表头，请删除。标签：${some.zh}。`,
          }
        : close
          ? { en: `Did you mean ${show(close)}?`, zh: `是否为 ${show(close)}？` }
          : { en: `Labels: ${some.en}.`, zh: `标签：${some.en}。` },
    },
  );
}
