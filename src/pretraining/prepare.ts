import { loadTokenizer } from '../encoders/tokenizers/load.ts';
import { createTokenizer, type Tokenizer } from '../encoders/tokenizers/tokenizer.ts';
import { createVocabulary, requireDistinct } from '../encoders/tokenizers/vocabulary.ts';
import { type Parsed, withDefaults } from '../ground/parameters.ts';
import { openCorpus, readCorpus } from './corpus/shards.ts';
import { readTerms } from './lexicon/files.ts';
import type { BatchOptions } from './masks/batch.ts';
import { loadPretrainingText, type PretrainingText } from './masks/text.ts';
import { createMarker, type Marker } from './masks/units.ts';
import type { Observer } from './observer.ts';
import { BATCHES, HELD_OUT, MASKING, VOCABULARY } from './parameters.ts';
import { readPhrases } from './phrases/files.ts';
import { cutWords } from './phrases/words.ts';
import { buildVocabulary } from './vocabulary/build.ts';
import { createWordCounter } from './vocabulary/words.ts';

/** What is read and how it is segmented; omitted values take the defaults of `parameters.ts`. */
export interface PreparationOptions {
  /** A directory written by `buildCorpus`. */
  readonly corpus: string;
  readonly masking?: Partial<Parsed<typeof MASKING>>;
  /** The vocabulary of a new model. */
  readonly vocabulary?: Partial<Parsed<typeof VOCABULARY>>;
  readonly batches?: Partial<BatchOptions>;
  /** Share of the documents held out for evaluation, 0 to 0.5. */
  readonly heldOut?: number;
}

/** All that a pretraining run reads: tokenized text on both sides, and how batches are made of it. */
export interface Preparation {
  /** Special tokens written out in a text are text. */
  readonly tokenizer: Tokenizer;
  readonly train: PretrainingText;
  readonly heldOut: PretrainingText;
  readonly batches: BatchOptions;
}

/**
 * Reads corpus, lexicon, phrases and vocabulary, and tokenizes the corpus: with `tokenizer` where it is given, as when a
 * model is pretrained further. Held-out text has all entities and spans as units even where training masks none of
 * them whole, so that ablations are evaluated alike.
 * Throws a UserError for any input that is missing, damaged or empty.
 */
export async function preparePretraining(
  options: PreparationOptions,
  { signal, onNote, tokenizer: given }: Omit<Observer, 'onProgress'> & { tokenizer?: Tokenizer } = {},
): Promise<Preparation> {
  const { corpus, heldOut = HELD_OUT.heldOut.default ?? 0 } = options;
  const batches: BatchOptions = withDefaults(BATCHES, options.batches);
  const shards = await openCorpus(corpus);
  const { mark, markHeldOut } = await readMarkers(withDefaults(MASKING, options.masking));
  const tokenizer =
    given ?? (await openTokenizer(withDefaults(VOCABULARY, options.vocabulary), readCorpus(corpus, shards)));
  const text = await loadPretrainingText(readCorpus(corpus, shards), {
    tokenizer,
    mark,
    markHeldOut,
    heldOut,
    seed: batches.seed,
    signal,
    onNote,
  });
  return { tokenizer, ...text, batches };
}

/** Finds the units of training text and of held-out text. */
async function readMarkers(masking: Parsed<typeof MASKING>): Promise<{ mark: Marker; markHeldOut: Marker }> {
  const { lexicon, phrases, entityMasking, spanMasking, wholeWordMasking } = masking;
  const entities = lexicon.length > 0 ? await readTerms(lexicon) : undefined;
  const spans = phrases === undefined ? undefined : await readPhrases(phrases);
  const mark = createMarker({
    entities: entityMasking ? entities : undefined,
    spans: spanMasking ? spans : undefined,
    cutWords: wholeWordMasking ? cutWords : undefined,
  });
  return { mark, markHeldOut: createMarker({ entities, spans }) };
}

/** The named tokenizer, or one with a vocabulary built from the corpus. */
async function openTokenizer(
  { vocab, vocabSize }: Parsed<typeof VOCABULARY>,
  documents: AsyncIterable<readonly string[]>,
): Promise<Tokenizer> {
  if (vocab !== undefined) {
    const tokenizer = await loadTokenizer(vocab, { specialTokensInText: 'as-text' });
    requireDistinct(tokenizer.vocabulary, vocab);
    return tokenizer;
  }
  const counter = createWordCounter();
  for await (const sentences of documents) for (const sentence of sentences) counter.add(sentence);
  const tokens = buildVocabulary(counter.words, { size: vocabSize });
  return createTokenizer(createVocabulary(tokens), { specialTokensInText: 'as-text' });
}
