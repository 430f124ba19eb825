import type { FileHandle } from 'node:fs/promises';
import { explainFileError } from './files.ts';

/** What is appended reaches the disk at most this long after it arrives, in milliseconds. */
const FLUSH_MS = 50;
/** More than this many characters are written at once: all of a busy moment may be longer than a string can be. */
const FLUSH_CHARACTERS = 1 << 23;

/** Appends lines to a file and syncs them in groups, one write at a time. */
export interface Appender {
  /** Adds text; returns the byte at which it begins. Throws where an earlier write failed. */
  write(text: string): number;
  /** Resolves when everything written so far is on disk. Rejects with a UserError where it cannot be. */
  flushed(): Promise<void>;
  /** Waits until everything is on disk, and closes the file. */
  close(): Promise<void>;
}

/** Appends to an open file from byte `from`; `file` names it in errors. */
export function createAppender(handle: FileHandle, file: string, from: number): Appender {
  let waiting: string[] = [];
  let characters = 0;
  let begun = from;
  let written = from;
  let timer: NodeJS.Timeout | undefined;
  let failure: unknown;
  let writing = Promise.resolve();
  let waiters: { accept(): void; reject(error: unknown): void }[] = [];
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const bytes = Buffer.from(waiting.join(''));
    const served = waiters;
    waiting = [];
    characters = 0;
    waiters = [];
    writing = writing.then(async () => {
      try {
        if (failure === undefined && bytes.length > 0) {
          await handle.write(bytes, 0, bytes.length, written);
          written += bytes.length;
          await handle.datasync();
        }
      } catch (error) {
        failure = explainFileError(error, file);
      }
      for (const { accept, reject } of served) failure === undefined ? accept() : reject(failure);
    });
  };
  return {
    write(text) {
      if (failure !== undefined) throw failure;
      const at = begun;
      begun += Buffer.byteLength(text);
      waiting.push(text);
      characters += text.length;
      if (characters > FLUSH_CHARACTERS) flush();
      else timer ??= setTimeout(flush, FLUSH_MS);
      return at;
    },
    flushed() {
      if (failure !== undefined) return Promise.reject(failure);
      timer ??= setTimeout(flush, FLUSH_MS);
      return new Promise((accept, reject) => waiters.push({ accept, reject }));
    },
    async close() {
      flush();
      await writing;
      await handle.close();
      if (failure !== undefined) throw failure;
    },
  };
}
