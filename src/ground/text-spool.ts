import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { explainFileError } from './files.ts';

/** Texts on disk, in order, each readable by its number: 8 bytes of memory per text. */
export interface TextSpool {
  readonly size: number;
  add(text: string): void;
  read(index: number): string;
  /** All of them, in order. */
  texts(): Generator<string>;
  /** Deletes the file. */
  close(): void;
}

/** `utf16le` keeps every text as it is; `utf8` cannot hold half of a surrogate pair. */
export type SpoolEncoding = 'utf8' | 'utf16le';

const BUFFER = 4 << 20;

/** Throws a UserError where the disk is full or the file cannot be created; errors call the file `name`. */
export function createTextSpool(file: string, encoding: SpoolEncoding, name: string = file): TextSpool {
  const guarded = createGuard(name);
  const handle = guarded(() => openSync(file, 'w+'));
  const buffer = Buffer.allocUnsafe(BUFFER);
  const offsets = createOffsets();
  let filled = 0;
  let written = 0;
  const write = (bytes: Uint8Array): void => {
    for (let from = 0; from < bytes.length; )
      from += guarded(() => writeSync(handle, bytes, from, bytes.length - from, written + from));
    written += bytes.length;
  };
  const flush = (): void => {
    write(buffer.subarray(0, filled));
    filled = 0;
  };
  const fill = (block: Buffer, from: number): number =>
    guarded(() => readSync(handle, block, 0, block.length, from));
  return {
    get size() {
      return offsets.count - 1;
    },
    add(text) {
      const bytes = Buffer.byteLength(text, encoding);
      if (filled + bytes > BUFFER) flush();
      if (bytes > BUFFER) write(Buffer.from(text, encoding));
      else filled += buffer.write(text, filled, encoding);
      offsets.add(written + filled);
    },
    read(index) {
      const [from, to] = [offsets.at(index), offsets.at(index + 1)];
      if (from >= written) return buffer.toString(encoding, from - written, to - written);
      const bytes = Buffer.allocUnsafe(to - from);
      fill(bytes, from);
      return bytes.toString(encoding);
    },
    texts() {
      flush();
      return inBlocks(offsets, encoding, fill, (index) => this.read(index));
    },
    close() {
      closeSync(handle);
      rmSync(file, { force: true });
    },
  };
}

/** Runs work on a file; where the system refuses it, the error names the file. */
const createGuard =
  (file: string) =>
  <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw explainFileError(error, file);
    }
  };

/** All texts in order. `fill` reads bytes from a place in the file; `read` reads one that is longer than a block. */
function* inBlocks(
  offsets: ReturnType<typeof createOffsets>,
  encoding: SpoolEncoding,
  fill: (block: Buffer, from: number) => number,
  read: (index: number) => string,
): Generator<string> {
  const block = Buffer.allocUnsafe(BUFFER);
  let from = 0;
  let to = 0;
  for (let index = 0; index + 1 < offsets.count; index++) {
    const [start, end] = [offsets.at(index), offsets.at(index + 1)];
    if (end - start > BUFFER) {
      yield read(index);
      continue;
    }
    if (end > to) {
      from = start;
      to = from + fill(block, from);
    }
    yield block.toString(encoding, start - from, end - from);
  }
}

/** A growing list of byte offsets, of which the first is 0. */
function createOffsets() {
  let values = new Float64Array(1 << 12);
  let count = 1;
  return {
    get count() {
      return count;
    },
    at: (index: number): number => values[index],
    add(offset: number): void {
      if (count === values.length) {
        const larger = new Float64Array(values.length * 2);
        larger.set(values);
        values = larger;
      }
      values[count++] = offset;
    },
  };
}
