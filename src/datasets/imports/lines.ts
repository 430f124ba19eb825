import { open } from 'node:fs/promises';
import { explainFileError } from '../../ground/files.ts';

/** Characters that are collected before they are written. */
const FLUSH_CHARACTERS = 1 << 18;

/** A new file that is written line by line. */
export interface LineWriter extends AsyncDisposable {
  /** Adds a line, which has no line end. What is returned must be waited for where there is something. */
  write(line: string): Promise<void> | undefined;
  /** Writes the rest, and closes the file. */
  close(): Promise<void>;
}

/** Begins a file of lines; disposing of it closes what is not closed yet. Throws a UserError if it cannot be written. */
export async function createLineWriter(file: string): Promise<LineWriter> {
  const explain = (error: unknown): never => {
    throw explainFileError(error, file);
  };
  const handle = await open(file, 'w').catch(explain);
  let waiting = '';
  let isOpen = true;
  const flush = async (): Promise<void> => {
    const text = waiting;
    waiting = '';
    await handle.writeFile(text).catch(explain);
  };
  const dispose = async (): Promise<void> => {
    if (isOpen) await handle.close();
    isOpen = false;
  };
  return {
    write(line) {
      waiting += `${line}\n`;
      return waiting.length > FLUSH_CHARACTERS ? flush() : undefined;
    },
    async close() {
      await flush();
      await dispose();
    },
    [Symbol.asyncDispose]: dispose,
  };
}
