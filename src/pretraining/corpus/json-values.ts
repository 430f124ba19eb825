import { createReadStream } from 'node:fs';
import { UserError } from '../../ground/errors.ts';
import { explainFileError, MAX_LINE_BYTES } from '../../ground/files.ts';

/** The source text of one JSON value and the line, from 1, on which it begins. */
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
const isSpace = (byte: number): boolean =>
  byte === 0x20 || byte === NEWLINE || byte === 0x0d || byte === 0x09;

/**
 * Streams the values of a JSON file: the elements of a list at the top, or whatever stands one after another
 * (JSON lines under another name). Only the bounds of values are found here, parsing is the caller's.
 * Throws a UserError for a file that is cut off, not UTF-8, or holds one value over `MAX_LINE_BYTES`.
 */
export async function* readJsonValues(file: string): AsyncGenerator<JsonText> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let line = 1;
  let valueLine = 1;
  let inList = false;
  let inValue = false;
  let depth = 0;
  let inString = false;
  let escaped = false;
  const finish = (rest: Buffer): JsonText => {
    const bytes = pending.length > 0 ? Buffer.concat([...pending, rest]) : rest;
    pending = [];
    pendingBytes = 0;
    inValue = false;
    try {
      return { text: decoder.decode(bytes), line: valueLine };
    } catch {
      throw new UserError('not-utf8', 'The file is not UTF-8', {
        file,
        line: valueLine,
        hint: 'Convert it, e.g. `iconv -f GB18030 -t UTF-8 FILE`.',
      });
    }
  };
  let first = true;
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
      let from = 0;
      let i = first && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf ? 3 : 0;
      first = false;
      for (; i < chunk.length; i++) {
        const byte = chunk[i];
        if (byte === NEWLINE) line++;
        if (inString) {
          if (escaped) escaped = false;
          else if (byte === BACKSLASH) escaped = true;
          else if (byte === QUOTE) {
            inString = false;
            if (depth === 0) yield finish(chunk.subarray(from, i + 1));
          }
          continue;
        }
        if (!inValue) {
          if (isSpace(byte) || byte === COMMA) continue;
          if (byte === OPEN_LIST && !inList) {
            inList = true;
            continue;
          }
          if (byte === CLOSE_LIST && inList) {
            inList = false;
            continue;
          }
          inValue = true;
          valueLine = line;
          from = i;
        }
        if (byte === QUOTE) inString = true;
        else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth++;
        else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
          if (depth > 0 && --depth === 0) yield finish(chunk.subarray(from, i + 1));
          else if (depth === 0) {
            yield finish(chunk.subarray(from, i));
            if (byte === CLOSE_LIST) inList = false;
          }
        } else if (depth === 0 && (byte === COMMA || isSpace(byte))) yield finish(chunk.subarray(from, i));
      }
      if (!inValue) continue;
      pending.push(chunk.subarray(from));
      pendingBytes += chunk.length - from;
      if (pendingBytes > MAX_LINE_BYTES) {
        throw new UserError('value-too-long', `One JSON value is longer than ${MAX_LINE_BYTES >> 20} MiB`, {
          file,
          line: valueLine,
          hint: 'Write a list of objects, or one object a line.',
        });
      }
    }
  } catch (error) {
    throw explainFileError(error, file);
  }
  if (inString || depth > 0 || inList) {
    throw new UserError('bad-json', 'The file ends in the middle of a value', {
      file,
      line: inValue ? valueLine : line,
      hint: 'It may have been cut off: fetch or export it again.',
    });
  }
  if (inValue) yield finish(Buffer.alloc(0));
}
