import { hashText } from './hashing.ts';
import type { TextStore } from './text-store.ts';

/** Texts numbered so that equal ones have one number, in order of their first appearance. */
export interface DistinctTexts {
  readonly size: number;
  /** The number of a text, which is stored where it is a new one. */
  add(text: string): number;
  /** -1 where there is no such text. */
  find(text: string): number;
  read(number: number): string;
}

const SEED = 1;
const FIRST_SLOTS = 1 << 12;

/** Distinct texts in a store of their own, found by hash and compared as a whole: 12 to 24 bytes each besides the store. */
export function createDistinctTexts(store: TextStore): DistinctTexts {
  /** Numbers plus 1 by hash, 0 where nothing is. */
  let slots = new Int32Array(FIRST_SLOTS);
  let hashes = new Uint32Array(FIRST_SLOTS / 2);
  /** The slot of a text, or the empty one where it belongs. */
  const slotOf = (text: string, hash: number): number => {
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const number = slots[slot] - 1;
      if (hashes[number] === hash && store.read(number) === text) break;
    }
    return slot;
  };
  const grow = (): void => {
    const mask = 2 * slots.length - 1;
    const larger = new Int32Array(2 * slots.length);
    for (let number = 0; number < store.size; number++) {
      let slot = hashes[number] & mask;
      while (larger[slot] !== 0) slot = (slot + 1) & mask;
      larger[slot] = number + 1;
    }
    slots = larger;
    const more = new Uint32Array(slots.length / 2);
    more.set(hashes);
    hashes = more;
  };
  return {
    get size() {
      return store.size;
    },
    add(text) {
      const hash = hashText(text, SEED);
      const slot = slotOf(text, hash);
      if (slots[slot] !== 0) return slots[slot] - 1;
      const number = store.size;
      store.add(text);
      slots[slot] = number + 1;
      hashes[number] = hash;
      if (store.size === hashes.length) grow();
      return number;
    },
    find: (text) => slots[slotOf(text, hashText(text, SEED))] - 1,
    read: store.read,
  };
}
