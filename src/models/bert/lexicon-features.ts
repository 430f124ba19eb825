import * as z from 'zod';
import type { Tokens } from '../../encoders/tokenizers/tokenizer.ts';
import { UserError } from '../../ground/errors.ts';
import type { Example } from '../../tasks/examples.ts';
import type { Entity } from '../../tasks/families/ner/types.ts';
import { type Characters, positionsOf, readCharacters } from '../crf/characters.ts';
import {
  buildLexicon,
  type Lexicon,
  type LexiconText,
  listEntries,
  matchLexicon,
  type NamedEntry,
  PURITY_STEPS,
  restoreLexicon,
  shareOf,
} from '../crf/lexicon.ts';
import { eachWord } from '../crf/words.ts';

/**
 * What is known of a text before it is understood, as a token type for every token: how it lies in its word (by jieba), and
 * in the longest mention of the training texts that matches, of which type that is, and how often such a match is a
 * mention. A BERT reads token types beside its tokens; told so much, it need not learn words and names by heart, which
 * takes far more text than a corpus has (after Peng et al. 2020, SoftLexicon). 0 is for sequences that are told nothing.
 */
export interface Evidence {
  /** How many token types there are. */
  readonly tokenTypes: number;
  /** Token types of a text to answer. */
  ask(text: string, tokens: Tokens): Int32Array;
  /** Token types of a text to learn from, as if its own mentions had never been seen, as many of a new text's have not. */
  teach(text: string, tokens: Tokens, entities: readonly Entity[]): Int32Array;
}

/** First, inner, last, and all there is: of a word as of a mention. */
const PLACES = 4;
const [FIRST, INNER, LAST, SINGLE] = [0, 1, 2, 3];
/** How often a match is a mention: steps that are told apart. */
const GRADES = 3;
/** A coin's toss or less, mostly, nearly always. */
const gradeOf = (purity: number): number => (purity >= PURITY_STEPS.length ? 2 : purity >= 2 ? 1 : 0);

/** The mentions of the examples, to be kept with the weights. */
export function learnMentions(examples: readonly Example<'ner'>[], types: readonly string[]): NamedEntry[] {
  const texts = examples.map(({ input, gold }) => withMentions(input.text, gold.entities, types));
  return listEntries(buildLexicon(texts, types.length));
}

const count = z.int().min(0);

/** Throws a UserError where `mentions` are not what `learnMentions` gave. */
export function createEvidence(mentions: unknown, types: readonly string[]): Evidence {
  const listed = z
    .array(z.tuple([z.string().min(1), count, z.array(count).length(types.length)]))
    .safeParse(mentions);
  if (!listed.success) {
    const [{ path, message }] = listed.error.issues;
    throw new UserError('bad-model', `The mentions of this model are damaged: ${message}`, {
      field: ['mentions', ...path].join('.'),
      hint: 'Fine-tune again.',
    });
  }
  const lexicon = restoreLexicon(listed.data, types.length);
  return {
    tokenTypes: 1 + PLACES * (1 + types.length * PLACES * GRADES),
    ask: (text, tokens) => tokenTypes(lexicon, text, withMentions(text, [], types), tokens, false),
    teach: (text, tokens, entities) =>
      tokenTypes(lexicon, text, withMentions(text, entities, types), tokens, true),
  };
}

function withMentions(text: string, entities: readonly Entity[], types: readonly string[]): LexiconText {
  const characters = readCharacters(text);
  const positions = positionsOf(characters);
  const spans = entities.flatMap(({ start, end, type }) => {
    const index = types.indexOf(type);
    return index < 0 ? [] : [{ from: positions[start], to: positions[end - 1] + 1, type: index }];
  });
  return { characters, spans };
}

function tokenTypes(
  lexicon: Lexicon,
  text: string,
  marked: LexiconText,
  tokens: Tokens,
  unseen: boolean,
): Int32Array {
  const { characters } = marked;
  const positions = positionsOf(characters);
  const { places, types, purities } = matchLexicon(
    lexicon,
    characters,
    unseen ? shareOf(lexicon, [marked]) : undefined,
  );
  const words = wordPlaces(text, characters);
  return Int32Array.from(tokens.starts, (start, token) => {
    const [from, to] = [positions[start], positions[tokens.ends[token] - 1]];
    const matched = places[from] > 0 && places[to] > 0;
    // the lexicon's places begin at 1, for 0 is no match
    const place = placeOf(places[from] - 1, places[to] - 1);
    const match = matched ? 1 + (types[from] * PLACES + place) * GRADES + gradeOf(purities[from]) : 0;
    return 1 + match * PLACES + placeOf(words[from], words[to]);
  });
}

/** The place of what reaches from a character in one place to one in another. */
function placeOf(first: number, last: number): number {
  const begins = first === FIRST || first === SINGLE;
  const ends = last === LAST || last === SINGLE;
  return begins ? (ends ? SINGLE : FIRST) : ends ? LAST : INNER;
}

function wordPlaces(text: string, characters: Characters): Uint8Array {
  const places = new Uint8Array(characters.length).fill(SINGLE);
  eachWord(text, characters, (_, from, to) => {
    if (to - from === 1) return;
    places.fill(INNER, from, to);
    places[from] = FIRST;
    places[to - 1] = LAST;
  });
  return places;
}
