import { comparisonForm } from '../../text/normalise.ts';
import { createGramTable } from './gram-table.ts';

/** Length of the n-grams that are compared, in code units of the comparison form. */
export const GRAM = 10;
/** A sentence of which this share is in n-grams of evaluation texts is evaluation text. */
export const COVERED = 0.5;
/** An evaluation text of which this share of n-grams occurs in the kept text counts as contained. */
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
   * Which sentences of one document are evaluation text, by the share of each that is covered: for each sentence the
   * first evaluation text that covers it, or -1. `forms` are comparison forms.
   */
  find(forms: readonly string[]): Int32Array;
  /** Records that a sentence is kept. */
  see(form: string): void;
  /** The evaluation texts that the recorded sentences contain; from then on `isBarred` includes their n-grams. */
  barContained(): number[];
  /** Whether a sentence has an n-gram of a barred text. */
  isBarred(form: string): boolean;
  describe(text: number): Omit<EvaluationText, 'text'>;
}

const SEEN = 1;
const BARRED = 2;

/**
 * An index of the n-grams of evaluation texts; a text shorter than an n-gram is recognised as a whole sentence only.
 * About 13 bytes per n-gram at a load of one half.
 */
export function indexEvaluation(texts: Iterable<EvaluationText>): EvaluationIndex {
  const { known, forms, whole } = readForms(texts);
  const { owners, flags, eachGram } = createGramTable(forms, GRAM);
  return {
    texts: known.length,
    find(sentences) {
      const covered = new Int32Array(sentences.reduce((sum, { length }) => sum + length, 0)).fill(-1);
      let reached = 0;
      eachGram(sentences.join(''), (slot, start) => {
        if (owners[slot] === 0) return;
        for (let i = Math.max(reached, start); i < start + GRAM; i++) covered[i] = owners[slot] - 1;
        reached = start + GRAM;
      });
      const owner = new Int32Array(sentences.length).fill(-1);
      let from = 0;
      sentences.forEach((form, index) => {
        const { count, first } = coverage(covered, from, from + form.length);
        const isCovered = count > 0 && count >= COVERED * form.length;
        owner[index] = isCovered ? first : (whole.get(form) ?? -1);
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
      const isContained = (form: string): boolean => {
        let seen = 0;
        eachGram(form, (slot) => {
          if (flags[slot] & SEEN) seen++;
        });
        return form.length >= GRAM && seen >= CONTAINED * (form.length - GRAM + 1);
      };
      const contained = [...forms.keys()].filter((text) => isContained(forms[text]));
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

/** Number of covered code units, and the text that covers the first of them. */
function coverage(covered: Int32Array, from: number, to: number): { count: number; first: number } {
  let [count, first] = [0, -1];
  for (let i = from; i < to; i++) {
    if (covered[i] < 0) continue;
    count++;
    if (first < 0) first = covered[i];
  }
  return { count, first };
}

/** Comparison forms of the texts that have one, and by form the first text that is shorter than an n-gram. */
function readForms(texts: Iterable<EvaluationText>) {
  const known: Omit<EvaluationText, 'text'>[] = [];
  const forms: string[] = [];
  const whole = new Map<string, number>();
  for (const { task, split, id, text } of texts) {
    const form = comparisonForm(text);
    if (form === '') continue;
    if (form.length < GRAM && !whole.has(form)) whole.set(form, known.length);
    forms.push(form);
    known.push({ task, split, id });
  }
  return { known, forms, whole };
}
