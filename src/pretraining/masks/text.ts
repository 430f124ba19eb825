import type { Tokenizer } from '../../encoders/tokenizers/tokenizer.ts';
import { createUnknownCounter } from '../../encoders/tokenizers/unknown.ts';
import { UserError } from '../../ground/errors.ts';
import type { Text } from '../../ground/language.ts';
import { counterRandom, PURPOSE } from './counter.ts';
import type { Marker } from './units.ts';

/** Tokenized documents, sentence after sentence, in flat arrays. */
export interface PretrainingText {
  readonly tokens: Uint16Array | Int32Array;
  /** `MARK` bits, one byte per token. */
  readonly marks: Uint8Array;
  /** First token of every sentence, and the number of tokens at the end. */
  readonly sentenceStarts: Int32Array;
  /** First sentence of every document, and the number of sentences at the end. */
  readonly documentStarts: Int32Array;
}

export interface LoadOptions {
  readonly tokenizer: Tokenizer;
  readonly mark: Marker;
  /** Finds the units of held-out text, where they differ from those that are trained on. */
  readonly markHeldOut?: Marker;
  /** Share of the documents that is held out for evaluation, 0 to 1. */
  readonly heldOut: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
  /** Called where the vocabulary lacks much of the text. */
  readonly onNote?: (note: Text) => void;
}

/**
 * Tokenizes documents and finds their units; a whole document goes to one side, by its number and the seed. Whether
 * special tokens written out in a text are text depends on the tokenizer (`specialTokensInText`).
 * Throws a UserError (`corpus-empty`) if there is no token to train on.
 */
export async function loadPretrainingText(
  documents: AsyncIterable<readonly string[]> | Iterable<readonly string[]>,
  { tokenizer, mark, markHeldOut = mark, heldOut, seed, signal, onNote }: LoadOptions,
): Promise<{ train: PretrainingText; heldOut: PretrainingText }> {
  const wide = tokenizer.vocabulary.tokens.length > 0x10000;
  const sides = [createBuilder(wide), createBuilder(wide)];
  const unknown = createUnknownCounter(tokenizer);
  let number = 0;
  for await (const document of documents) {
    if (number % 1024 === 0) signal?.throwIfAborted();
    const isHeldOut = counterRandom(seed, PURPOSE.held, 0, number++).next() < heldOut;
    const side = sides[Number(isHeldOut)];
    for (const sentence of document) {
      const tokens = tokenizer.tokenize(sentence);
      unknown.add(sentence, tokens);
      if (tokens.ids.length > 0)
        side.addSentence(tokens.ids, (isHeldOut ? markHeldOut : mark)(sentence, tokens));
    }
    side.endDocument();
  }
  const note = unknown.note();
  if (note) onNote?.(note);
  const [train, held] = sides.map((side) => side.finish());
  if (train.tokens.length === 0) {
    throw new UserError(
      'corpus-empty',
      { en: 'There is no text to train on', zh: '没有可用于训练的文本' },
      {
        hint: {
          en: 'Build a corpus with more Chinese sentences: `chineseblue corpus build IN… --out DIR`.',
          zh: '请用更多中文文本构建语料：`chineseblue corpus build IN… --out DIR`。',
        },
      },
    );
  }
  return { train, heldOut: held };
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
