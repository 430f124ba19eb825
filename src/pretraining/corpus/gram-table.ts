import { scramble } from '../../text/hashing.ts';

/** A hash table of n-grams: open addressing, two rolling hashes, no text kept. */
export interface GramTable {
  /** By slot: number of the first text with the n-gram, from 1; 0 if the slot is free. */
  readonly owners: Int32Array;
  /** By slot: bits for the caller. */
  readonly flags: Uint8Array;
  /**
   * Calls `visit` with the slot of every n-gram of a form that may be known, and where it starts; the slots of n-grams
   * that are certainly unknown are left out.
   */
  eachGram(form: string, visit: (slot: number, start: number) => void): void;
}

const FILTER_BITS = 2 ** 26;
const BASES = [0x01000193, 0x2545f491] as const;
/** Slots per n-gram, at least. */
const ROOM = 1.5;

/** The table of all n-grams of `length` code units in the texts. */
export function createGramTable(texts: readonly string[], length: number): GramTable {
  const grams = texts.reduce((sum, text) => sum + Math.max(0, text.length - length + 1), 0);
  let bits = 4;
  while (2 ** bits < grams * ROOM) bits++;
  const fingerprints = new Uint32Array(2 ** bits);
  const owners = new Int32Array(2 ** bits);
  const flags = new Uint8Array(2 ** bits);
  /** One bit per hash that occurs, small enough for the processor's cache: it rejects most n-grams. */
  const filter = new Uint8Array(FILTER_BITS / 8);
  const powers = BASES.map((base) => {
    let power = 1;
    for (let i = 0; i < length; i++) power = Math.imul(power, base);
    return power;
  });

  const slotOf = (hash: number, fingerprint: number): number => {
    let slot = scramble(hash) & (owners.length - 1);
    while (owners[slot] !== 0 && fingerprints[slot] !== fingerprint) slot = (slot + 1) & (owners.length - 1);
    return slot;
  };
  const roll = (
    form: string,
    visit: (slot: number, start: number, fingerprint: number) => void,
    isAdding: boolean,
  ): void => {
    let [first, second] = [0, 0];
    for (let i = 0; i < form.length; i++) {
      const unit = form.charCodeAt(i) + 1;
      first = (Math.imul(first, BASES[0]) + unit) | 0;
      second = (Math.imul(second, BASES[1]) + unit) | 0;
      if (i >= length) {
        const gone = form.charCodeAt(i - length) + 1;
        first = (first - Math.imul(gone, powers[0])) | 0;
        second = (second - Math.imul(gone, powers[1])) | 0;
      }
      if (i < length - 1) continue;
      const fingerprint = scramble(second);
      const bit = fingerprint & (FILTER_BITS - 1);
      if (isAdding) filter[bit >>> 3] |= 1 << (bit & 7);
      else if ((filter[bit >>> 3] & (1 << (bit & 7))) === 0) continue;
      visit(slotOf(first, fingerprint), i - length + 1, fingerprint);
    }
  };

  for (const [text, form] of texts.entries()) {
    const own = (slot: number, _start: number, fingerprint: number): void => {
      if (owners[slot] !== 0) return;
      owners[slot] = text + 1;
      fingerprints[slot] = fingerprint;
    };
    roll(form, own, true);
  }
  return { owners, flags, eachGram: (form, visit) => roll(form, visit, false) };
}
