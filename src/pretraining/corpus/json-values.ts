import { createReadStream } from 'node:fs';
import { UserError } from '../../ground/errors.ts';
import { explainFileError, MAX_LINE_BYTES } from '../../ground/files.ts';

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
const BLOCK_BYTES = 1 << 20;
const isSpace = (byte: number): boolean =>
  byte === 0x20 || byte === NEWLINE || byte === 0x0d || byte === 0x09;

/**
 * Streams the values of a JSON file: the elements of a list at the top level, or values one after another (JSON Lines
 * under another name). Only the bounds of values are found here; the caller parses them.
 * Throws a UserError for a file that is truncated or not UTF-8, or has a value over `MAX_LINE_BYTES`.
 */
export async function* readJsonValues(file: string): AsyncGenerator<JsonText> {
  const scanner = createScanner(file);
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: BLOCK_BYTES }))
      yield* scanner.scan(chunk);
  } catch (error) {
    throw explainFileError(error, file);
  }
  yield* scanner.end();
}

/** Cuts a stream of bytes into values; it keeps the bytes of a value that a chunk does not finish. */
function createScanner(file: string) {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let isFirst = true;
  let line = 1;
  let valueLine = 1;
  let depth = 0;
  let [inList, inValue, inString, isEscaped] = [false, false, false, false];

  const finish = (rest: Buffer): JsonText => {
    const bytes = pending.length > 0 ? Buffer.concat([...pending, rest]) : rest;
    pending = [];
    pendingBytes = 0;
    inValue = false;
    try {
      return { text: decoder.decode(bytes), line: valueLine };
    } catch {
      throw notUtf8(file, valueLine);
    }
  };
  /** A byte inside a string; whether the string, and a value with it, ends here. */
  const endsString = (byte: number): boolean => {
    if (isEscaped) isEscaped = false;
    else if (byte === BACKSLASH) isEscaped = true;
    else if (byte === QUOTE) {
      inString = false;
      return depth === 0;
    }
    return false;
  };
  /** A byte between values; whether a value starts here. */
  const startsValue = (byte: number): boolean => {
    if (isSpace(byte) || byte === COMMA) return false;
    if (byte === OPEN_LIST && !inList) inList = true;
    else if (byte === CLOSE_LIST && inList) inList = false;
    else {
      inValue = true;
      valueLine = line;
      return true;
    }
    return false;
  };
  /** A byte of a value, outside of strings: 'with' or 'before' it where the value ends, undefined where it continues. */
  const endsValue = (byte: number): 'with' | 'before' | undefined => {
    if (byte === QUOTE) inString = true;
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth++;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
      if (depth > 0) return --depth === 0 ? 'with' : undefined;
      if (byte === CLOSE_LIST) inList = false;
      return 'before';
    } else if (depth === 0 && (byte === COMMA || isSpace(byte))) return 'before';
    return undefined;
  };

  return {
    *scan(chunk: Buffer): Generator<JsonText> {
      let from = 0;
      const hasMark = isFirst && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf;
      isFirst = false;
      for (let i = hasMark ? 3 : 0; i < chunk.length; i++) {
        const byte = chunk[i];
        if (byte === NEWLINE) line++;
        if (inString) {
          if (endsString(byte)) yield finish(chunk.subarray(from, i + 1));
          continue;
        }
        if (!inValue) {
          if (!startsValue(byte)) continue;
          from = i;
        }
        const end = endsValue(byte);
        if (end) yield finish(chunk.subarray(from, end === 'with' ? i + 1 : i));
      }
      if (!inValue) return;
      pending.push(chunk.subarray(from));
      pendingBytes += chunk.length - from;
      if (pendingBytes > MAX_LINE_BYTES) throw valueTooLong(file, valueLine);
    },
    *end(): Generator<JsonText> {
      if (inString || depth > 0 || inList) throw truncated(file, inValue ? valueLine : line);
      if (inValue) yield finish(Buffer.alloc(0));
    },
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
