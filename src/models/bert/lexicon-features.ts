import * as z from 'zod';
import type { Tokens } from '../../encoders/tokenizers/tokenizer.ts';
import type { Example } from '../../tasks/examples.ts';
import type { Entity } from '../../tasks/families/ner/types.ts';
import { type Characters, positionsOf, readCharacters } from '../shared/mentions/characters.ts';
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
} from '../shared/mentions/lexicon.ts';
import { eachWord } from '../shared/mentions/words.ts';
import { damagedModel } from './plan.ts';

/**
 * Lexicon features of a text, one token type per token: the position of the token in its word (by jieba) and in the
 * longest matching mention of the training texts, the type of that mention, and how often such a match is a mention.
 * A BERT adds the embedding of the token type to that of the token; with these features it need not memorize words and
 * names, which takes far more text than a corpus has (after Peng et al. 2020, SoftLexicon). Token type 0 is for sequences
 * without lexicon features.
 */
export interface LexiconFeatures {
  /** Number of token types. */
  readonly tokenTypes: number;
  /** Token types of a text to answer. */
  ofInput(text: string, tokens: Tokens): Int32Array;
  /** Token types of a training text, as if its own mentions were unknown, since many mentions of a new text are. */
  ofExample(text: string, tokens: Tokens, entities: readonly Entity[]): Int32Array;
}

/** First, inner, last and single, in a word as in a mention. */
const PLACES = 4;
const [FIRST, INNER, LAST, SINGLE] = [0, 1, 2, 3];
/** Number of grades of how often a match is a mention. */
const GRADES = 3;
/** Half of the time or less, mostly, nearly always. */
const gradeOf = (purity: number): number => (purity >= PURITY_STEPS.length ? 2 : purity >= 2 ? 1 : 0);

/** The mentions of the examples, to keep with the weights. */
export function collectMentions(examples: readonly Example<'ner'>[], types: readonly string[]): NamedEntry[] {
  const texts = examples.map(({ input, gold }) => withMentions(input.text, gold.entities, types));
  return listEntries(buildLexicon(texts, types.length));
}

const count = z.int().min(0);

/** Throws a UserError `bad-model` where `mentions` are not what `collectMentions` returned. */
export function createLexiconFeatures(mentions: unknown, types: readonly string[]): LexiconFeatures {
  const listed = z
    .array(z.tuple([z.string().min(1), count, z.array(count).length(types.length)]))
    .safeParse(mentions);
  if (!listed.success) throw damagedModel(['learnt', 'mentions', ...listed.error.issues[0].path]);
  const lexicon = restoreLexicon(listed.data, types.length);
  return {
    tokenTypes: 1 + PLACES * (1 + types.length * PLACES * GRADES),
    ofInput: (text, tokens) => tokenTypes(lexicon, text, withMentions(text, [], types), tokens, false),
    ofExample: (text, tokens, entities) =>
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
    // places of the lexicon start at 1: 0 means no match
    const place = placeOf(places[from] - 1, places[to] - 1);
    const match = matched ? 1 + (types[from] * PLACES + place) * GRADES + gradeOf(purities[from]) : 0;
    return 1 + match * PLACES + placeOf(words[from], words[to]);
  });
}

/** The place of a token from the places of its first and last character. */
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
