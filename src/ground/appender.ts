import type { FileHandle } from 'node:fs/promises';
import { explainFileError } from './files.ts';

/** What is appended reaches the disk at most this long after it arrives, in milliseconds. */
const FLUSH_MS = 50;
/** Texts are encoded in blocks of about this many characters: joined, all pending ones may exceed the longest string. */
const BLOCK_CHARACTERS = 1 << 23;

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
  const waiting = createBlocks();
  let begun = from;
  let written = from;
  let timer: NodeJS.Timeout | undefined;
  let failure: unknown;
  let writing: Promise<void> | undefined;
  let wanted = false;
  let waiters: { accept(): void; reject(error: unknown): void }[] = [];

  /** What arrived until now, synced once. */
  const writeGroup = async (): Promise<void> => {
    const [group, served] = [waiting.take(), waiters];
    waiters = [];
    try {
      if (failure === undefined) written = await writeAll(handle, group, written);
    } catch (error) {
      failure = explainFileError(error, file);
    }
    for (const { accept, reject } of served) failure === undefined ? accept() : reject(failure);
  };
  /** While a group is written, the next one accumulates, so that syncs do not queue up on a slow disk. */
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    wanted = writing !== undefined;
    writing ??= writeGroup().then(() => {
      writing = undefined;
      if (wanted) flush();
    });
  };
  const flushSoon = (): void => {
    timer ??= setTimeout(flush, FLUSH_MS);
  };

  return {
    write(text) {
      if (failure !== undefined) throw failure;
      const at = begun;
      begun += Buffer.byteLength(text);
      if (waiting.add(text)) flush();
      else flushSoon();
      return at;
    },
    flushed() {
      if (failure !== undefined) return Promise.reject(failure);
      flushSoon();
      return new Promise((accept, reject) => waiters.push({ accept, reject }));
    },
    async close() {
      flush();
      while (writing) await writing;
      await handle.close();
      if (failure !== undefined) throw failure;
    },
  };
}

/** Texts waiting to be written, encoded in blocks. */
function createBlocks() {
  let texts: string[] = [];
  let characters = 0;
  let blocks: Buffer[] = [];
  const encode = (): void => {
    if (characters > 0) blocks.push(Buffer.from(texts.join('')));
    texts = [];
    characters = 0;
  };
  return {
    /** Returns whether a block has become full. */
    add(text: string): boolean {
      texts.push(text);
      characters += text.length;
      const full = characters > BLOCK_CHARACTERS;
      if (full) encode();
      return full;
    },
    take(): readonly Buffer[] {
      encode();
      const taken = blocks;
      blocks = [];
      return taken;
    },
  };
}

/** Writes blocks from byte `from` on, however little the system takes at a time, and syncs; returns where they end. */
async function writeAll(handle: FileHandle, blocks: readonly Buffer[], from: number): Promise<number> {
  let end = from;
  for (const block of blocks)
    for (let done = 0; done < block.length; ) {
      const { bytesWritten } = await handle.write(block, done, block.length - done, end);
      done += bytesWritten;
      end += bytesWritten;
    }
  if (end > from) await handle.datasync();
  return end;
}
