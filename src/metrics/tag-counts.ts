import { type BioRule, continues, endsSpan, OUTSIDE, SPLITS, startsSpan, type Tag } from './bio.ts';
import { CLASS_COUNTS, CORRECT, GOLD, PREDICTED } from './class-scores.ts';

/** Counts the entities of sentences that are tagged on both sides. */
export interface TagCounter {
  /** Adds one sentence; both sides have one tag per token. */
  add(gold: readonly string[], predicted: readonly string[]): void;
  /** The types seen so far in tags, also where no entity has them. */
  types(): readonly string[];
  /** Takes the counts of (correct, predicted, gold) per type, in the order of `types`, and starts again from 0. */
  take(): Float64Array;
}

/** Letters that the rules distinguish; all others are treated alike. */
const LETTERS = ['O', 'B', 'I', 'E', 'S', '.', ' '];
const OTHER = LETTERS.length - 1;

/** A tag is one number: whether a repetition continues it (1 bit), its letter (3 bits), its type (the rest). */
const CONTINUES = 1;
const LETTER_SHIFT = 1;
const LETTER_MASK = 7;
const TYPE_SHIFT = 4;

const ENDS = 1;
const STARTS = 2;

/** What happens between two tags, as ENDS and STARTS, by both letters and by whether their types are the same. */
function boundaryTable(rule: BioRule): Uint8Array {
  const table = new Uint8Array(2 * (LETTER_MASK + 1) ** 2);
  LETTERS.forEach((letterBefore, b) => {
    LETTERS.forEach((letter, l) => {
      ['other', 'type'].forEach((type, same) => {
        const before: Tag = { letter: letterBefore, type: 'type' };
        const tag: Tag = { letter, type };
        table[boundaryIndex(b, l, same)] =
          (endsSpan(rule, before, tag) ? ENDS : 0) | (startsSpan(rule, before, tag) ? STARTS : 0);
      });
    });
  });
  return table;
}

const boundaryIndex = (before: number, letter: number, same: number): number =>
  (before * (LETTER_MASK + 1) + letter) * 2 + same;

/** Gives every distinct tag its number. */
function createNumbering(rule: BioRule) {
  const numbers = new Map<string, number>();
  const types = new Map<string, number>();
  const numberOf = (tag: Tag): number => {
    const type = types.get(tag.type) ?? types.size;
    types.set(tag.type, type);
    const letter = LETTERS.indexOf(tag.letter);
    return (
      (type << TYPE_SHIFT) |
      ((letter < 0 ? OTHER : letter) << LETTER_SHIFT) |
      (continues(tag) ? CONTINUES : 0)
    );
  };
  const outside = numberOf(OUTSIDE);
  const register = (text: string): number => {
    const number = numberOf(SPLITS[rule](text));
    numbers.set(text, number);
    return number;
  };
  return { types, outside, number: (text: string): number => numbers.get(text) ?? register(text) };
}

/** Counts per type; grows as new types appear. */
function createTypeCounts() {
  let counts: Float64Array = new Float64Array(0);
  return {
    /** Counts what ended in one place: an entity of a side is its start (-1: none) and its last tag. */
    add(goldStart: number, goldTag: number, guessStart: number, guessTag: number): void {
      const goldType = goldTag >> TYPE_SHIFT;
      const guessType = guessTag >> TYPE_SHIFT;
      const needed = CLASS_COUNTS * (1 + Math.max(goldType, guessType));
      if (counts.length < needed) counts = extended(counts, 2 * needed);
      if (goldStart >= 0) counts[goldType * CLASS_COUNTS + GOLD]++;
      if (guessStart < 0) return;
      counts[guessType * CLASS_COUNTS + PREDICTED]++;
      if (guessStart === goldStart && guessType === goldType) counts[guessType * CLASS_COUNTS + CORRECT]++;
    },
    take(types: number): Float64Array {
      const taken = extended(counts, types * CLASS_COUNTS);
      counts.fill(0);
      return taken;
    },
  };
}

/**
 * Counts exactly matching entities, as decoding both sides with `decodeBio` and comparing start, end and type does, without
 * storing any entity. Both sides are read together: entities of one side never overlap, so two can be equal only where both
 * end.
 */
export function createTagCounter(rule: BioRule): TagCounter {
  const table = boundaryTable(rule);
  const { types, outside, number } = createNumbering(rule);
  const counts = createTypeCounts();
  const boundary = (before: number, tag: number): number => {
    const isSame = before >> TYPE_SHIFT === tag >> TYPE_SHIFT ? 1 : 0;
    return table[
      boundaryIndex((before >> LETTER_SHIFT) & LETTER_MASK, (tag >> LETTER_SHIFT) & LETTER_MASK, isSame)
    ];
  };
  return {
    types: () => [...types.keys()],
    take: () => counts.take(types.size),
    add(goldTags, guessTags) {
      let goldTag = outside;
      let guessTag = outside;
      let goldText = 'O';
      let guessText = 'O';
      let goldStart = -1;
      let guessStart = -1;
      for (let i = 0; i < goldTags.length; i++) {
        const goldNow = goldTags[i];
        const guessNow = guessTags[i];
        const goldMoves = goldNow !== goldText || (goldTag & CONTINUES) === 0;
        const guessMoves = guessNow !== guessText || (guessTag & CONTINUES) === 0;
        if (!goldMoves && !guessMoves) continue;
        const goldBefore = goldTag;
        const guessBefore = guessTag;
        let goldEnded = -1;
        let guessEnded = -1;
        if (goldMoves) {
          goldTag = number(goldNow);
          goldText = goldNow;
          const bits = boundary(goldBefore, goldTag);
          if ((bits & ENDS) !== 0) {
            goldEnded = goldStart;
            goldStart = -1;
          }
          if ((bits & STARTS) !== 0) goldStart = i;
        }
        if (guessMoves) {
          guessTag = goldMoves && guessNow === goldNow ? goldTag : number(guessNow);
          guessText = guessNow;
          const bits = boundary(guessBefore, guessTag);
          if ((bits & ENDS) !== 0) {
            guessEnded = guessStart;
            guessStart = -1;
          }
          if ((bits & STARTS) !== 0) guessStart = i;
        }
        if (goldEnded >= 0 || guessEnded >= 0) counts.add(goldEnded, goldBefore, guessEnded, guessBefore);
      }
      if (goldStart >= 0 || guessStart >= 0) counts.add(goldStart, goldTag, guessStart, guessTag);
    },
  };
}

/** The first `length` values, padded with zeros. */
function extended(values: Float64Array, length: number): Float64Array {
  const longer = new Float64Array(length);
  longer.set(values.subarray(0, length));
  return longer;
}
