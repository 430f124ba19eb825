import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { explainFileError } from '../../ground/files.ts';

/** Documents on disk, in order, each readable by its number: 8 bytes of memory per document. */
export interface Spool {
  readonly size: number;
  /** Sentences have no line breaks. */
  add(sentences: readonly string[]): void;
  read(index: number): string[];
  /** All of them, in order. */
  documents(): Generator<string[]>;
  /** Deletes the file. */
  close(): void;
}

const BUFFER = 4 << 20;
const sentencesIn = (text: string): string[] => (text === '' ? [] : text.split('\n'));

/** Throws a UserError where the disk is full or the file cannot be created. */
export function createSpool(file: string): Spool {
  const guarded = createGuard(file);
  const handle = guarded(() => openSync(file, 'w+'));
  const buffer = Buffer.allocUnsafe(BUFFER);
  const offsets = createOffsets();
  let filled = 0;
  let written = 0;
  const flush = (): void => {
    guarded(() => writeSync(handle, buffer, 0, filled, written));
    written += filled;
    filled = 0;
  };
  return {
    get size() {
      return offsets.count - 1;
    },
    add(sentences) {
      const text = sentences.join('\n');
      const bytes = Buffer.byteLength(text);
      if (filled + bytes > BUFFER) flush();
      if (bytes > BUFFER) {
        guarded(() => writeSync(handle, text, written, 'utf8'));
        written += bytes;
      } else filled += buffer.write(text, filled, 'utf8');
      offsets.add(written + filled);
    },
    read(index) {
      const [from, to] = [offsets.at(index), offsets.at(index + 1)];
      if (to > written) flush();
      const bytes = Buffer.allocUnsafe(to - from);
      guarded(() => readSync(handle, bytes, 0, bytes.length, from));
      return sentencesIn(bytes.toString('utf8'));
    },
    documents() {
      flush();
      const fill = (block: Buffer, from: number): number =>
        guarded(() => readSync(handle, block, 0, block.length, from));
      return inBlocks(offsets, fill, (index) => this.read(index));
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

/** All documents in order. `fill` reads bytes from a place in the file; `read` reads one that is longer than a block. */
function* inBlocks(
  offsets: ReturnType<typeof createOffsets>,
  fill: (block: Buffer, from: number) => number,
  read: (index: number) => string[],
): Generator<string[]> {
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
    yield sentencesIn(block.toString('utf8', start - from, end - from));
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
