import type { Tokenizer } from '../../encoders/tokenizers/tokenizer.ts';
import { UserError } from '../../ground/errors.ts';
import { counterRandom, PURPOSE } from './counter.ts';
import type { Marker } from './units.ts';

/** Tokenized documents, sentence after sentence, in flat arrays. */
export interface PretrainingText {
  readonly tokens: Uint16Array | Int32Array;
  /** `MARK` bits, a byte a token. */
  readonly marks: Uint8Array;
  /** First token of every sentence, and the number of tokens at the end. */
  readonly sentenceStarts: Int32Array;
  /** First sentence of every document, and the number of sentences at the end. */
  readonly documentStarts: Int32Array;
}

export interface LoadOptions {
  readonly tokenizer: Tokenizer;
  readonly mark: Marker;
  /** Finds the units of what is kept aside, where it is to be measured by others than are trained on. */
  readonly markHeldOut?: Marker;
  /** Share of the documents that is kept aside to measure on, 0 to 1. */
  readonly heldOut: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
}

/**
 * Tokenizes documents and finds their units; a document goes to one side whole, by its number and the seed.
 * Special tokens written out in a text are text only if the tokenizer was made so (`specialTokensInText`).
 * Throws a UserError (`corpus-empty`) where there is no token to train on.
 */
export async function loadPretrainingText(
  documents: AsyncIterable<readonly string[]> | Iterable<readonly string[]>,
  { tokenizer, mark, markHeldOut = mark, heldOut, seed, signal }: LoadOptions,
): Promise<{ train: PretrainingText; heldOut: PretrainingText }> {
  const wide = tokenizer.vocabulary.tokens.length > 0x10000;
  const sides = [createBuilder(wide), createBuilder(wide)];
  let number = 0;
  for await (const document of documents) {
    if (number % 1024 === 0) signal?.throwIfAborted();
    const isKept = counterRandom(seed, PURPOSE.held, 0, number++).next() < heldOut;
    const side = sides[Number(isKept)];
    for (const sentence of document) {
      const tokens = tokenizer.tokenize(sentence);
      if (tokens.ids.length > 0)
        side.addSentence(tokens.ids, (isKept ? markHeldOut : mark)(sentence, tokens));
    }
    side.endDocument();
  }
  const [train, kept] = sides.map((side) => side.finish());
  if (train.tokens.length === 0) {
    throw new UserError('corpus-empty', 'There is no text to train on', {
      hint: 'Build a corpus with some Chinese sentences: `chineseblue corpus build IN… --out DIR`.',
    });
  }
  return { train, heldOut: kept };
}

function createBuilder(wide: boolean) {
  const room = (length: number): Uint16Array | Int32Array =>
    wide ? new Int32Array(length) : new Uint16Array(length);
  let tokens = room(1 << 16);
  let marks = new Uint8Array(1 << 16);
  let size = 0;
  const sentenceStarts = [0];
  const documentStarts = [0];
  return {
    addSentence(ids: Int32Array, own: Uint8Array): void {
      if (size + ids.length > tokens.length) {
        const length = Math.max(tokens.length * 2, size + ids.length);
        const [largerTokens, largerMarks] = [room(length), new Uint8Array(length)];
        largerTokens.set(tokens);
        largerMarks.set(marks);
        [tokens, marks] = [largerTokens, largerMarks];
      }
      tokens.set(ids, size);
      marks.set(own, size);
      size += ids.length;
      sentenceStarts.push(size);
    },
    endDocument(): void {
      const sentences = sentenceStarts.length - 1;
      if (sentences > documentStarts[documentStarts.length - 1]) documentStarts.push(sentences);
    },
    finish: (): PretrainingText => ({
      tokens: tokens.slice(0, size),
      marks: marks.slice(0, size),
      sentenceStarts: Int32Array.from(sentenceStarts),
      documentStarts: Int32Array.from(documentStarts),
    }),
  };
}
