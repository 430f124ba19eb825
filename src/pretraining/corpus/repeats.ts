import { hashText, longHash } from '../../text/hashing.ts';

const ROWS = 4;
const COLUMNS = 1 << 24;
const MAX_COUNT = 255;

/** How often each of many texts was seen, in constant memory. */
export interface RepeatCounter {
  add(text: string): void;
  /** At least the true count, up to 255; more than that only after a rare collision. */
  count(text: string): number;
}

/** A count-min sketch with conservative updates (64 MB of address space, touched as it is used). */
export function createRepeatCounter(): RepeatCounter {
  const cells = new Uint8Array(ROWS * COLUMNS);
  const places = new Int32Array(ROWS);
  const locate = (text: string): number => {
    const first = hashText(text, 3);
    const second = hashText(text, 4) | 1;
    let least = MAX_COUNT;
    for (let row = 0; row < ROWS; row++) {
      places[row] = row * COLUMNS + (((first + Math.imul(row, second)) >>> 0) & (COLUMNS - 1));
      least = Math.min(least, cells[places[row]]);
    }
    return least;
  };
  return {
    add(text) {
      const least = locate(text);
      if (least === MAX_COUNT) return;
      for (let row = 0; row < ROWS; row++) if (cells[places[row]] === least) cells[places[row]]++;
    },
    count: locate,
  };
}

/** Returns true for the first of equal texts only. */
export function createFirsts(): (text: string) => boolean {
  const seen = new Set<number>();
  return (text) => {
    const key = longHash(text);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  };
}
