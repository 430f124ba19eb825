import type { Text } from '../ground/language.ts';

/** A line as an object, or what is wrong with it. */
export type ReadRecord = { readonly record: Record<string, unknown> } | { readonly malformed: Text };

/** Reads a line with `JSON.parse`. */
export function parseRecord(text: string): ReadRecord {
  try {
    const value = JSON.parse(text);
    if (value === null || typeof value !== 'object' || Array.isArray(value))
      return { malformed: { en: 'a line must be a JSON object', zh: '每行须为一个 JSON 对象' } };
    return { record: value };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { malformed: { en: `not JSON: ${reason}`, zh: `不是 JSON：${reason}` } };
  }
}

/**
 * Reads line after line as `parseRecord` does. Lines that differ from an earlier one only in short strings, as those of a
 * million labels do, take less than half the time: `JSON.parse` looks every short string up in a global table.
 */
export function createRecordReader(): (text: string) => ReadRecord {
  let form: Form | undefined;
  let attempts = 0;
  return (text) => {
    const record = form && readAs(form, text);
    if (record) return { record };
    if (attempts < ATTEMPTS) {
      attempts++;
      form = formOf(text) ?? form;
    }
    return parseRecord(text);
  };
}

/** Lines that are tried as a form: the first may be one without a prediction. */
const ATTEMPTS = 16;
/** V8 copies slices of up to this length; a longer one would keep the whole block of the file in memory. */
const MOST_COPIED = 12;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

/** The constant parts of a line whose values are strings. */
interface Form {
  readonly keys: readonly string[];
  /** The text before each value, including its opening quote. */
  readonly before: readonly string[];
  /** The text after the last value, from its closing quote on. */
  readonly after: string;
}

const START = /[ \t\r]*\{/y;
const FIELD = /([ \t\r]*"([^"\\\u0000-\u001f]*)"[ \t\r]*:[ \t\r]*")([^"\\\u0000-\u001f]*)"[ \t\r]*([,}])/y;
const END = /[ \t\r]*$/y;

/** The form of an object of strings without escapes; undefined for anything else. */
function formOf(text: string): Form | undefined {
  const keys: string[] = [];
  const before: string[] = [];
  let start = 0;
  START.lastIndex = 0;
  if (!START.test(text)) return undefined;
  FIELD.lastIndex = START.lastIndex;
  for (let found = FIELD.exec(text); found; found = FIELD.exec(text)) {
    const [, opening, key, value, end] = found;
    const from = found.index + opening.length;
    keys.push(key);
    before.push(text.slice(start, from));
    start = from + value.length;
    if (end === ',') continue;
    END.lastIndex = FIELD.lastIndex;
    const isPlain = new Set(keys).size === keys.length && !keys.includes('__proto__');
    return END.test(text) && isPlain ? { keys, before, after: text.slice(start) } : undefined;
  }
  return undefined;
}

/** Undefined where the line is of another form, or has a value that is long or escaped. */
function readAs({ keys, before, after }: Form, text: string): Record<string, unknown> | undefined {
  const record: Record<string, unknown> = {};
  let at = 0;
  for (let k = 0; k < keys.length; k++) {
    if (!text.startsWith(before[k], at)) return undefined;
    const start = at + before[k].length;
    const most = start + MOST_COPIED;
    at = start;
    for (let code = text.charCodeAt(at); code !== QUOTE; code = text.charCodeAt(++at)) {
      // Past the end there is no code: not a number.
      if (!(code >= SPACE) || code === BACKSLASH || at === most) return undefined;
    }
    record[keys[k]] = text.slice(start, at);
  }
  return text.length === at + after.length && text.endsWith(after) ? record : undefined;
}
