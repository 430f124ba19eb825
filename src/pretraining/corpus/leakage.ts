import { scramble } from '../../text/hashing.ts';
import { comparisonForm } from '../../text/normalise.ts';

/** Length of the n-grams that are compared, in code units of the comparison form. */
export const GRAM = 10;
/** A sentence of which this share lies in n-grams of evaluation texts is evaluation text. */
export const COVERED = 0.5;
/** An evaluation text of which this share of n-grams occurs in what is kept counts as contained. */
export const CONTAINED = 0.8;

/** A text that must not be trained on. */
export interface EvaluationText {
  readonly task: string;
  readonly split: string;
  readonly id: string;
  readonly text: string;
}

export interface EvaluationIndex {
  readonly texts: number;
  /**
   * Which sentences of one document are evaluation text, by the share of each that is covered: for each the
   * evaluation text that it was first taken for, or -1. `forms` are comparison forms.
   */
  find(forms: readonly string[]): Int32Array;
  /** Notes that a sentence is kept. */
  see(form: string): void;
  /** The evaluation texts that what was seen contains; from then on `isBarred` knows their n-grams. */
  barContained(): number[];
  /** Whether a sentence has an n-gram of a barred text. */
  isBarred(form: string): boolean;
  describe(text: number): Omit<EvaluationText, 'text'>;
}

const SEEN = 1;
const BARRED = 2;
const FILTER_BITS = 2 ** 26;
const BASES = [0x01000193, 0x2545f491] as const;
const OUT = BASES.map((base) => {
  let power = 1;
  for (let i = 0; i < GRAM; i++) power = Math.imul(power, base);
  return power;
});

/**
 * An index of the n-grams of evaluation texts; a text shorter than an n-gram is only recognised as a whole
 * sentence. About 13 bytes an n-gram at a load of a half.
 */
export function indexEvaluation(texts: Iterable<EvaluationText>): EvaluationIndex {
  const known: Omit<EvaluationText, 'text'>[] = [];
  const forms: string[] = [];
  const whole = new Map<string, number>();
  let grams = 0;
  for (const { task, split, id, text } of texts) {
    const form = comparisonForm(text);
    if (form === '') continue;
    if (form.length < GRAM && !whole.has(form)) whole.set(form, known.length);
    grams += Math.max(0, form.length - GRAM + 1);
    forms.push(form);
    known.push({ task, split, id });
  }
  let bits = 4;
  while (2 ** bits < grams * 1.5) bits++;
  const fingerprints = new Uint32Array(2 ** bits);
  /** Number of the first text with the n-gram, from 1; 0 where the slot is free. */
  const owners = new Int32Array(2 ** bits);
  const flags = new Uint8Array(2 ** bits);
  /** A bit for every hash that occurs, small enough for the processor's cache: most n-grams are turned away here. */
  const filter = new Uint8Array(FILTER_BITS / 8);

  const slotOf = (hash: number, fingerprint: number): number => {
    let slot = scramble(hash) & (owners.length - 1);
    while (owners[slot] !== 0 && fingerprints[slot] !== fingerprint) slot = (slot + 1) & (owners.length - 1);
    return slot;
  };
  /** Calls `visit` with the slot of every n-gram of a form that may be known, and where it begins. */
  const eachGram = (
    form: string,
    visit: (slot: number, fingerprint: number, start: number) => void,
    adding = false,
  ): void => {
    let first = 0;
    let second = 0;
    for (let i = 0; i < form.length; i++) {
      const unit = form.charCodeAt(i) + 1;
      first = (Math.imul(first, BASES[0]) + unit) | 0;
      second = (Math.imul(second, BASES[1]) + unit) | 0;
      if (i >= GRAM) {
        const gone = form.charCodeAt(i - GRAM) + 1;
        first = (first - Math.imul(gone, OUT[0])) | 0;
        second = (second - Math.imul(gone, OUT[1])) | 0;
      }
      if (i < GRAM - 1) continue;
      const fingerprint = scramble(second);
      const bit = fingerprint & (FILTER_BITS - 1);
      if (adding) filter[bit >>> 3] |= 1 << (bit & 7);
      else if ((filter[bit >>> 3] & (1 << (bit & 7))) === 0) continue;
      visit(slotOf(first, fingerprint), fingerprint, i - GRAM + 1);
    }
  };

  forms.forEach((form, text) => {
    const own = (slot: number, fingerprint: number): void => {
      if (owners[slot] !== 0) return;
      owners[slot] = text + 1;
      fingerprints[slot] = fingerprint;
    };
    eachGram(form, own, true);
  });

  return {
    texts: known.length,
    find(sentences) {
      const joined = sentences.join('');
      const owner = new Int32Array(sentences.length).fill(-1);
      const covered = new Int32Array(joined.length).fill(-1);
      let reached = 0;
      eachGram(joined, (slot, _fingerprint, start) => {
        if (owners[slot] === 0) return;
        for (let i = Math.max(reached, start); i < start + GRAM; i++) covered[i] = owners[slot] - 1;
        reached = start + GRAM;
      });
      let from = 0;
      sentences.forEach((form, index) => {
        let count = 0;
        let found = -1;
        for (let i = from; i < from + form.length; i++) {
          if (covered[i] < 0) continue;
          count++;
          if (found < 0) found = covered[i];
        }
        if (count > 0 && count >= COVERED * form.length) owner[index] = found;
        else owner[index] = whole.get(form) ?? -1;
        from += form.length;
      });
      return owner;
    },
    see(form) {
      eachGram(form, (slot) => {
        flags[slot] |= SEEN;
      });
    },
    barContained() {
      const contained: number[] = [];
      forms.forEach((form, text) => {
        if (form.length < GRAM) return;
        let seen = 0;
        eachGram(form, (slot) => {
          if (flags[slot] & SEEN) seen++;
        });
        if (seen >= CONTAINED * (form.length - GRAM + 1)) contained.push(text);
      });
      for (const text of contained) {
        eachGram(forms[text], (slot) => {
          flags[slot] |= BARRED;
        });
      }
      return contained;
    },
    isBarred(form) {
      let barred = false;
      eachGram(form, (slot) => {
        if (owners[slot] !== 0 && flags[slot] & BARRED) barred = true;
      });
      return barred;
    },
    describe: (text) => known[text],
  };
}
