import type { Tokenizer } from '../../encoders/tokenizers/tokenizer.ts';
import { createRandom, shuffle } from '../../ground/random.ts';
import type { ReadTwice } from './objective.ts';

/** Tokens around a text, `[CLS]` and `[SEP]`. */
const FRAME = 2;

/** Sentences of a document joined to texts of at most `maxLength` tokens of the student; a longer one is cut off later. */
export function packSentences(
  sentences: readonly string[],
  tokenizer: Tokenizer,
  maxLength: number,
): string[] {
  const texts: string[] = [];
  let [text, held] = ['', FRAME];
  for (const sentence of sentences) {
    const { length } = tokenizer.tokenize(sentence).ids;
    if (text !== '' && held + length > maxLength) {
      texts.push(text);
      [text, held] = ['', FRAME];
    }
    text += sentence;
    held += length;
  }
  return text === '' ? texts : [...texts, text];
}

/** Whether a document is held out: evenly by its number, `share` of all. */
export const isHeldOut = (document: number, share: number): boolean =>
  Math.floor((document + 1) * share) > Math.floor(document * share);

export interface TextBatches {
  readonly perEpoch: number;
  /** The texts of a batch, counted over all epochs; each epoch has a new order, its rest is left out. */
  at(batch: number): readonly string[];
}

/** Batches of `size` texts in an order that depends on seed and epoch only. */
export function createTextBatches(texts: readonly string[], size: number, seed: number): TextBatches {
  const perEpoch = Math.floor(texts.length / size);
  let current = { epoch: -1, order: [] as number[] };
  return {
    perEpoch,
    at(batch) {
      const epoch = Math.floor(batch / perEpoch);
      if (epoch !== current.epoch)
        current = {
          epoch,
          order: shuffle(Array.from(texts.keys()), createRandom(seed, `distillation ${epoch}`)),
        };
      const from = (batch % perEpoch) * size;
      return current.order.slice(from, from + size).map((index) => texts[index]);
    },
  };
}

/** A text as both read it, of at most `maxLength` tokens each. */
export const readTwice = (
  text: string,
  [student, teacher]: readonly [Tokenizer, Tokenizer],
  maxLength: number,
): ReadTwice => ({ student: student.encode(text, maxLength), teacher: teacher.encode(text, maxLength) });
