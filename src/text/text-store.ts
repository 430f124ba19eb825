import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explainFileError } from '../ground/files.ts';
import { createTextSpool, type TextSpool } from '../ground/text-spool.ts';

/** Texts by number, counted from 0. Disposing of it removes what is on disk. */
export interface TextStore extends Disposable {
  readonly size: number;
  add(text: string): void;
  read(number: number): string;
}

export interface TextStoreOptions {
  /** Bytes of texts kept in memory; beyond that, all are moved to disk. Default: unlimited. */
  readonly mostHeld?: number;
  /** Where the file is made. Default: the temporary directory of the system. */
  readonly directory?: string;
}

/** An empty store of texts. Throws a UserError if the disk is full or no file can be made. */
export function createTextStore({
  mostHeld = Number.POSITIVE_INFINITY,
  directory = tmpdir(),
}: TextStoreOptions = {}): TextStore {
  let held: string[] = [];
  let bytes = 0;
  let spool: TextSpool | undefined;
  return {
    get size() {
      return spool?.size ?? held.length;
    },
    add(text) {
      if (spool) return spool.add(text);
      held.push(text);
      bytes += 2 * text.length;
      if (bytes <= mostHeld) return;
      spool = createNamelessSpool(directory);
      for (const one of held) spool.add(one);
      held = [];
    },
    read: (number) => (spool ? spool.read(number) : held[number]),
    [Symbol.dispose]() {
      spool?.close();
      held = [];
    },
  };
}

/** Its file has no name once it is open: nothing is left behind, however the process ends. */
function createNamelessSpool(directory: string): TextSpool {
  let own: string;
  try {
    own = mkdtempSync(join(directory, 'chineseblue-texts-'));
  } catch (error) {
    throw explainFileError(error, directory);
  }
  try {
    return createTextSpool(join(own, 'texts'), 'utf16le', directory);
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}
