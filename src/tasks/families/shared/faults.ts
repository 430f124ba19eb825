import { counted } from '../../../ground/counted.ts';
import { listed, type Text } from '../../../ground/language.ts';
import { showJson } from '../../../ground/show.ts';
import type { Task } from '../../task.ts';
import type { Fault } from '../family.ts';

export type Line = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Line =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const MAX_SHOWN = 60;

const show = (value: unknown): string => showJson(value, MAX_SHOWN);

/** `missing-field` where there is nothing, else `wrong-type`. */
export function badType(field: string, expected: Text, found: unknown): Fault {
  const { en, zh } = expected;
  if (found === undefined) {
    const message = { en: `"${field}" is missing: expected ${en}`, zh: `缺少“${field}”：应为${zh}` };
    return { code: 'missing-field', field, message };
  }
  const shown = show(found);
  const message = { en: `"${field}" must be ${en}, not ${shown}`, zh: `“${field}”应为${zh}，而非 ${shown}` };
  return { code: 'wrong-type', field, message };
}

const FINITE: Text = { en: 'a finite number', zh: '有限数' };
const INTEGER: Text = { en: 'an integer', zh: '整数' };

/** Ids of the labels of a task; a task that declares none accepts any. The last task's set is cached: this is called for every line. */
export function knownLabels(task: Task): ReadonlySet<string> {
  if (task === lastTask) return lastLabels;
  lastLabels = new Set(task.labels.map(({ id }) => id));
  lastTask = task;
  return lastLabels;
}

let lastTask: Task | undefined;
let lastLabels: ReadonlySet<string> = new Set();

const MAX_LABELS_SHOWN = 12;

/** A label as tasks write it: a whole number, as which tools often write classes, stands for its digits. */
export const asLabel = (value: unknown): unknown =>
  typeof value === 'number' && Number.isInteger(value) ? String(value) : value;

/** What is wrong with a label, if anything. */
export function labelFault(value: unknown, field: string, known: ReadonlySet<string>): Fault | undefined {
  if (typeof value !== 'string') {
    const instance = show([...known][0] ?? '1');
    return badType(field, { en: `a string, e.g. ${instance}`, zh: `字符串，如 ${instance}` }, value);
  }
  if (known.size === 0 || known.has(value)) return undefined;
  const some = listed([...known].slice(0, MAX_LABELS_SHOWN));
  const all = known.size <= MAX_LABELS_SHOWN;
  const message = {
    en: `${show(value)} is not a label of this task: ${all ? some.en : `${some.en}, … (${counted(known.size, 'label')})`}`,
    zh: `${show(value)} 不是该任务的标签：${all ? some.zh : `${some.zh}、…（共 ${known.size} 个）`}`,
  };
  return { code: 'unknown-label', field, message };
}

/** What is wrong with a score: it must be a finite number. */
export function scoreFault(value: unknown, field: string): Fault | undefined {
  if (typeof value !== 'number') return badType(field, FINITE, value);
  return Number.isFinite(value) ? undefined : { ...badType(field, FINITE, value), code: 'not-finite' };
}

/** Faults of an optional `scores` object, label → number. */
export function labelScoreFaults(scores: unknown, known: ReadonlySet<string>): Fault[] {
  if (scores === undefined) return [];
  if (!isObject(scores))
    return [
      badType('scores', { en: 'an object that maps labels to numbers', zh: '标签到数值的对象' }, scores),
    ];
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
  const faults = [
    offsetFault(start, `${prefix}.start`, text) ?? [],
    offsetFault(end, `${prefix}.end`, text) ?? [],
  ].flat();
  if (faults.length === 0 && (start as number) >= (end as number)) {
    const message = {
      en: `"${prefix}" is empty: start ${start} is not before end ${end} (end is exclusive)`,
      zh: `“${prefix}”为空：start ${start} 不小于 end ${end}（end 不含在内）`,
    };
    faults.push({ code: 'empty-span', field: prefix, message });
  }
  return faults;
}

function offsetFault(value: unknown, field: string, text: string): Fault | undefined {
  if (typeof value !== 'number') return badType(field, INTEGER, value);
  if (!Number.isFinite(value)) return { ...badType(field, INTEGER, value), code: 'not-finite' };
  if (!Number.isInteger(value)) return { ...badType(field, INTEGER, value), code: 'not-an-integer' };
  if (value < 0) {
    const message = { en: `"${field}" must not be negative: ${value}`, zh: `“${field}”不能为负：${value}` };
    return { code: 'negative-offset', field, message };
  }
  if (value > text.length) {
    const message = {
      en: `"${field}" is ${value}, but the text has ${text.length} UTF-16 code units`,
      zh: `“${field}”为 ${value}，而文本只有 ${text.length} 个 UTF-16 码元`,
    };
    return { code: 'span-outside-text', field, message };
  }
  if (!insideCharacter(text, value)) return undefined;
  const message = {
    en: `"${field}" is ${value}, inside a character: offsets are UTF-16 code units, not code points`,
    zh: `“${field}”为 ${value}，落在一个字符内部：偏移按 UTF-16 码元计，而非码点`,
  };
  return { code: 'span-splits-character', field, message };
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
  if (!Array.isArray(list)) return { faults: [badType(field, { en: 'an array', zh: '数组' }, list)] };
  const items: T[] = [];
  const faults: Fault[] = [];
  for (let i = 0; i < list.length; i++) {
    const item = read(list[i], `${field}[${i}]`);
    if (Array.isArray(item)) for (const fault of item) faults.push(fault);
    else items.push(item as T);
  }
  return faults.length > 0 ? { faults } : items;
}
