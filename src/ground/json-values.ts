import { createReadStream } from 'node:fs';
import { UserError } from './errors.ts';
import { explainFileError, MAX_LINE_BYTES } from './files.ts';

/** The source text of one JSON value and the line, from 1, on which it starts. */
export interface JsonText {
  readonly text: string;
  readonly line: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const COMMA = 0x2c;
const NEWLINE = 0x0a;
const MARK: readonly number[] = [0xef, 0xbb, 0xbf];
const BLOCK_BYTES = 1 << 20;
/** Bytes of a string that are looked at one by one before its end is searched. */
const NEAR_BYTES = 24;
const isSpace = (byte: number): boolean =>
  byte === 0x20 || byte === NEWLINE || byte === 0x0d || byte === 0x09;

/**
 * Streams the values of a JSON file: the elements of a list at the top level, or values one after another (JSON Lines
 * under another name). Only the bounds of values are found here; the caller parses them.
 * Throws a UserError for a file that is truncated or not UTF-8, or has a value over `MAX_LINE_BYTES`.
 */
export async function* readJsonValues(file: string): AsyncGenerator<JsonText> {
  for await (const batch of readJsonBatches(file)) yield* batch;
}

/** As `readJsonValues`, those of a block at a time: much faster for many small values. */
export async function* readJsonBatches(file: string): AsyncGenerator<readonly JsonText[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const { boundAt, insideFrom, isComplete } = createBounds();
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let line = 1;
  let valueLine = 1;
  let inValue = false;
  let batch: JsonText[] = [];
  const take = (): readonly JsonText[] => {
    const whole = batch;
    batch = [];
    return whole;
  };
  const finish = (rest: Buffer): void => {
    const bytes = pending.length > 0 ? Buffer.concat([...pending, rest]) : rest;
    [pending, pendingBytes, inValue] = [[], 0, false];
    try {
      batch.push({ text: decoder.decode(bytes), line: valueLine });
    } catch {
      throw notUtf8(file, valueLine);
    }
  };
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: BLOCK_BYTES })) {
      let from = 0;
      /** Up to where newlines are counted. */
      let counted = 0;
      for (let i = 0; i < chunk.length; i++) {
        i = insideFrom(chunk, i);
        if (i === chunk.length) break;
        const bound = boundAt(chunk[i]);
        if (bound === undefined) continue;
        if (bound === 'first' || bound === 'stray') {
          line += newlines(chunk, counted, i);
          counted = i;
          [from, valueLine, inValue] = [i, line, true];
        }
        if (bound !== 'first') finish(chunk.subarray(from, bound === 'last' ? i + 1 : i));
      }
      line += newlines(chunk, counted, chunk.length);
      if (batch.length > 0) yield take();
      if (!inValue) continue;
      pending.push(chunk.subarray(from));
      pendingBytes += chunk.length - from;
      if (pendingBytes > MAX_LINE_BYTES) throw valueTooLong(file, valueLine);
    }
  } catch (error) {
    // What stands before is read all the same.
    if (batch.length > 0) yield take();
    throw explainFileError(error, file);
  }
  if (!isComplete()) throw truncated(file, inValue ? valueLine : line);
  if (inValue) finish(Buffer.alloc(0));
  if (batch.length > 0) yield take();
}

function newlines(chunk: Buffer, from: number, to: number): number {
  let count = 0;
  for (let at = chunk.indexOf(NEWLINE, from); at >= 0 && at < to; at = chunk.indexOf(NEWLINE, at + 1))
    count++;
  return count;
}

/** The first byte of a value, its last byte, the byte after it, or a bracket that closes nothing (an empty value). */
type Bound = 'first' | 'last' | 'after' | 'stray';

/** Follows the bytes of a file, one after another, and finds the bounds of values. */
function createBounds() {
  let depth = 0;
  let [inList, inValue, inString, isEscaped] = [false, false, false, false];
  const close = (bound: Bound): Bound => {
    inValue = false;
    return bound;
  };
  const inText = (byte: number): Bound | undefined => {
    if (isEscaped) isEscaped = false;
    else if (byte === BACKSLASH) isEscaped = true;
    else if (byte === QUOTE) {
      inString = false;
      if (depth === 0) return close('last');
    }
    return undefined;
  };
  const within = (byte: number): Bound | undefined => {
    if (byte === QUOTE) inString = true;
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth++;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
      if (depth > 0) return --depth === 0 ? close('last') : undefined;
      if (byte === CLOSE_LIST) inList = false;
      return close('after');
    } else if (depth === 0 && (byte === COMMA || isSpace(byte))) return close('after');
    return undefined;
  };
  const between = (byte: number): Bound | undefined => {
    // A byte-order mark: where files were put one behind another.
    if (isSpace(byte) || byte === COMMA || MARK.includes(byte)) return undefined;
    if (byte === OPEN_LIST && !inList) inList = true;
    else if (byte === CLOSE_LIST && inList) inList = false;
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) return 'stray';
    else {
      inValue = true;
      within(byte);
      return 'first';
    }
    return undefined;
  };
  return {
    boundAt: (byte: number): Bound | undefined =>
      inString ? inText(byte) : inValue ? within(byte) : between(byte),
    /** The next byte, from `at`, that may end a string; `at` itself outside of strings. */
    insideFrom(chunk: Buffer, at: number): number {
      if (!inString || isEscaped) return at;
      let i = at;
      const near = Math.min(chunk.length, at + NEAR_BYTES);
      while (i < near && chunk[i] !== QUOTE && chunk[i] !== BACKSLASH) i++;
      if (i < near || i === chunk.length) return i;
      const quote = chunk.indexOf(QUOTE, i);
      const end = quote < 0 ? chunk.length : quote;
      const slash = chunk.subarray(i, end).indexOf(BACKSLASH);
      return slash < 0 ? end : i + slash;
    },
    isComplete: (): boolean => !(inString || depth > 0 || inList),
  };
}

const notUtf8 = (file: string, line: number): UserError =>
  new UserError(
    'not-utf8',
    { en: 'The file is not UTF-8', zh: '文件不是 UTF-8 编码' },
    {
      file,
      line,
      hint: {
        en: 'Convert it, e.g. `iconv -f GB18030 -t UTF-8 FILE`.',
        zh: '请转换编码，例如 `iconv -f GB18030 -t UTF-8 FILE`。',
      },
    },
  );

const valueTooLong = (file: string, line: number): UserError =>
  new UserError(
    'value-too-long',
    {
      en: `A JSON value is longer than ${MAX_LINE_BYTES >> 20} MiB`,
      zh: `JSON 值超过 ${MAX_LINE_BYTES >> 20} MiB`,
    },
    {
      file,
      line,
      hint: {
        en: 'Write a list of objects, or one object per line.',
        zh: '请写成对象列表，或每行一个对象。',
      },
    },
  );

const truncated = (file: string, line: number): UserError =>
  new UserError(
    'bad-json',
    { en: 'The file ends in the middle of a value', zh: '文件在一个值的中间结束' },
    {
      file,
      line,
      hint: {
        en: 'It may be truncated: fetch or export it again.',
        zh: '文件可能不完整，请重新下载或导出。',
      },
    },
  );
