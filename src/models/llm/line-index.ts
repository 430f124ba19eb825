import { createKeyTable, type KeyTable } from '../shared/key-table.ts';

/** Hexadecimal digits of a key that are kept: readers compare the whole key with the line that they find. */
const HALF = 8;

/** A set of hashes (16 hexadecimal digits or more), 16 bytes each, told apart by the first 64 bits. */
export interface HashSet {
  has(hash: string): boolean;
  add(hash: string): void;
}

/** Where a line is. */
export interface Place {
  /** Number of its file. */
  readonly file: number;
  readonly at: number;
  readonly length: number;
}

/** Places of lines by a hash, 40 bytes each: a run of a million calls needs no million objects. */
export interface LineIndex {
  has(hash: string): boolean;
  get(hash: string): Place | undefined;
  /** A later place replaces an earlier one. */
  set(hash: string, place: Place): void;
}

const halves = (hash: string): [high: number, low: number] => [
  Number.parseInt(hash.slice(0, HALF), 16),
  Number.parseInt(hash.slice(HALF, 2 * HALF), 16),
];

const find = (table: KeyTable, hash: string): number => table.find(...halves(hash));

export function createHashSet(): HashSet {
  const table = createKeyTable();
  return {
    has: (hash) => find(table, hash) >= 0,
    add: (hash) => void table.add(...halves(hash)),
  };
}

export function createLineIndex(): LineIndex {
  const table = createKeyTable();
  let files = new Uint32Array(1024);
  let starts = new Float64Array(1024);
  let lengths = new Uint32Array(1024);
  const grow = (): void => {
    const [before, size] = [{ files, starts, lengths }, 2 * files.length];
    files = new Uint32Array(size);
    starts = new Float64Array(size);
    lengths = new Uint32Array(size);
    files.set(before.files);
    starts.set(before.starts);
    lengths.set(before.lengths);
  };
  return {
    has: (hash) => find(table, hash) >= 0,
    get(hash) {
      const number = find(table, hash);
      if (number < 0) return undefined;
      return { file: files[number], at: starts[number], length: lengths[number] };
    },
    set(hash, { file, at, length }) {
      const number = table.add(...halves(hash));
      if (number === files.length) grow();
      files[number] = file;
      starts[number] = at;
      lengths[number] = length;
    },
  };
}
