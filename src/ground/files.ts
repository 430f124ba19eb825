import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UserError } from './errors.ts';

/** Longest line that is accepted, in bytes: corpora and predictions stay far below it. */
export const MAX_LINE_BYTES = 64 * 1024 * 1024;

/** A block and its lines should die young: larger ones survive into the old heap, cost memory and are slower. */
const BLOCK_BYTES = 1 << 18;

const ADVICE: Record<string, [code: string, message: string, hint: string]> = {
  ENOENT: ['file-missing', 'There is no such file', 'Check the path.'],
  EISDIR: ['not-a-file', 'This is a directory, not a file', 'Give the path of a file inside it.'],
  EACCES: ['no-permission', 'This may not be read or written', 'Check its permissions.'],
  EPERM: ['no-permission', 'This may not be read or written', 'Check its permissions.'],
  ENOSPC: ['disk-full', 'The disk is full', 'Free some space and issue the command again: nothing was lost.'],
  EROFS: ['read-only', 'This file system is read-only', 'Choose another directory.'],
  EEXIST: ['in-the-way', 'A file of this name is in the way', 'Move it away or choose another path.'],
  ENOTDIR: ['not-a-directory', 'A part of this path is a file, not a directory', 'Check the path.'],
};

/** Turns an error of the file system into one that says what to do; others come back unchanged. */
export function explainFileError(error: unknown, file: string): unknown {
  const advice = ADVICE[(error as NodeJS.ErrnoException)?.code ?? ''];
  return advice ? new UserError(advice[0], advice[1], { file, hint: advice[2] }) : error;
}

export interface Line {
  /** Without its line end (`\n` or `\r\n`) and, on line 1, without a byte-order mark. */
  readonly text: string;
  /** 1-based. */
  readonly number: number;
}

/**
 * Streams the lines of a UTF-8 file in constant memory. A final newline makes no empty line.
 * Throws a UserError for a missing file, bytes that are not UTF-8, and a line over `MAX_LINE_BYTES`.
 */
export async function* readLines(file: string): AsyncGenerator<Line> {
  for await (const batch of readLineBatches(file)) yield* batch;
}

/** As `readLines`, a batch for every block read: much faster where there are millions of lines. */
export async function* readLineBatches(file: string): AsyncGenerator<Line[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let number = 0;
  let rest: Buffer[] = [];
  let restBytes = 0;
  const decode = (bytes: Buffer, lines: Line[]): void => {
    let text: string;
    try {
      text = decoder.decode(bytes);
    } catch {
      throw notUtf8(file, bytes, number);
    }
    let start = number === 0 && text.charCodeAt(0) === 0xfeff ? 1 : 0;
    for (let end = text.indexOf('\n', start); end >= 0; end = text.indexOf('\n', start)) {
      lines.push({
        text: text.slice(start, text.charCodeAt(end - 1) === 13 && end > start ? end - 1 : end),
        number: ++number,
      });
      start = end + 1;
    }
    if (start < text.length) {
      lines.push({ text: text.endsWith('\r') ? text.slice(start, -1) : text.slice(start), number: ++number });
    }
  };
  try {
    for await (const chunk of createReadStream(file, {
      highWaterMark: BLOCK_BYTES,
    }) as AsyncIterable<Buffer>) {
      const cut = chunk.lastIndexOf(10) + 1;
      if (cut === 0) {
        rest.push(chunk);
        restBytes += chunk.length;
      } else {
        const lines: Line[] = [];
        decode(Buffer.concat([...rest, chunk.subarray(0, cut)]), lines);
        yield lines;
        rest = cut < chunk.length ? [chunk.subarray(cut)] : [];
        restBytes = chunk.length - cut;
      }
      if (restBytes > MAX_LINE_BYTES) {
        throw new UserError('line-too-long', `The line is longer than ${MAX_LINE_BYTES >> 20} MiB`, {
          file,
          line: number + 1,
          hint: 'Check that the file has one record a line.',
        });
      }
    }
  } catch (error) {
    throw explainFileError(error, file);
  }
  if (restBytes > 0) {
    const lines: Line[] = [];
    decode(Buffer.concat(rest), lines);
    yield lines;
  }
}

function notUtf8(file: string, bytes: Buffer, linesBefore: number): UserError {
  let line = linesBefore;
  for (let start = 0; start < bytes.length; line++) {
    const newline = bytes.indexOf(10, start);
    const end = newline < 0 ? bytes.length : newline + 1;
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(start, end));
    } catch {
      break;
    }
    start = end;
  }
  return new UserError('not-utf8', 'The file is not UTF-8', {
    file,
    line: line + 1,
    hint: 'Convert it, e.g. `iconv -f GB18030 -t UTF-8 FILE`.',
  });
}

/**
 * Writes a whole file or nothing: to a temporary name beside it, fsync, rename.
 * `chunks` may be a string, bytes, or any iterable of them.
 */
export async function writeAtomic(
  file: string,
  chunks: string | Uint8Array | Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(file), { recursive: true });
    const handle = await open(temporary, 'w');
    try {
      const parts = typeof chunks === 'string' || chunks instanceof Uint8Array ? [chunks] : chunks;
      for await (const part of parts) await handle.writeFile(part);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    // Whatever is in the way of removing it, the first error is the one to tell.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw explainFileError(error, file);
  }
}

/** A value as pretty JSON, written atomically. Non-finite numbers become strings ("NaN", "Infinity"): JSON has none. */
export async function writeJson(file: string, value: unknown): Promise<void> {
  await writeAtomic(file, `${JSON.stringify(value, finite, 2)}\n`);
}

const finite = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;

/** Makes a directory and those above it; one that exists is fine. */
export async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
  } catch (error) {
    throw explainFileError(error, directory);
  }
}
