import type { Tokens } from '../../encoders/tokenizers/tokenizer.ts';
import { type Automaton, buildAutomaton, eachLongestMatch, eachMatch } from '../../text/aho-corasick.ts';
import { foldUnits } from '../../text/normalise.ts';

/** What a masked token was part of. */
export const KINDS = ['other', 'entity', 'span'] as const;
export type Kind = (typeof KINDS)[number];

/** Position of a token within units, as bits. */
export const MARK = {
  beginsEntity: 1,
  continuesEntity: 2,
  beginsSpan: 4,
  continuesSpan: 8,
  /** Belongs to the same word as the token before it. */
  continuesWord: 16,
} as const;

export interface UnitChoices {
  /** Entities that are masked as a whole; absent: no entity is a unit. */
  readonly entities?: readonly string[];
  /** Phrases that are masked as a whole; absent: no span is a unit. */
  readonly spans?: readonly string[];
  /** The words of a text, end to end: all other tokens are masked by word. Absent: by WordPiece. */
  readonly cutWords?: (text: string) => readonly string[];
}

/** Finds the units of a sentence: one byte of `MARK` bits per token. */
export type Marker = (text: string, tokens: Tokens) => Uint8Array;

/**
 * Entities are the leftmost longest matches. Spans are phrases that neither split an entity nor are part of one; they
 * may contain entities. Width and letter case are ignored; a match that starts or ends inside a WordPiece is no unit.
 */
export function createMarker({ entities, spans, cutWords }: UnitChoices): Marker {
  const automatonOf = (terms: readonly string[] | undefined): Automaton | undefined =>
    terms && terms.length > 0 ? buildAutomaton(terms.map(foldUnits)) : undefined;
  const entityAutomaton = automatonOf(entities);
  const spanAutomaton = automatonOf(spans);
  return (text, tokens) => {
    const marks = new Uint8Array(tokens.ids.length);
    const folded = foldUnits(text);
    const { tokenFrom, tokenTo } = tokenBounds(text.length, tokens);
    const mark = (start: number, end: number, begins: number, continues: number): void => {
      const [from, to] = [tokenFrom[start], tokenTo[end]];
      if (from < 0 || to < 0) return;
      marks[from] |= begins;
      for (let i = from + 1; i < to; i++) marks[i] |= continues;
    };
    if (entityAutomaton) {
      eachLongestMatch(entityAutomaton, folded, (start, end) => {
        mark(start, end, MARK.beginsEntity, MARK.continuesEntity);
      });
    }
    if (spanAutomaton) {
      const isWhole = (from: number, to: number): boolean => {
        if (marks[from] & MARK.continuesEntity || (to < marks.length && marks[to] & MARK.continuesEntity))
          return false;
        const isOneEntity = marks[from] & MARK.beginsEntity && entityEnd(marks, from) === to;
        return !isOneEntity;
      };
      const longest = new Int32Array(text.length + 1);
      eachMatch(spanAutomaton, folded, (start, end) => {
        const [from, to] = [tokenFrom[start], tokenTo[end]];
        if (from >= 0 && to >= 0 && isWhole(from, to)) longest[start] = Math.max(longest[start], end);
      });
      for (let start = 0; start < text.length; ) {
        if (longest[start] > start) mark(start, longest[start], MARK.beginsSpan, MARK.continuesSpan);
        start = Math.max(start + 1, longest[start]);
      }
    }
    if (cutWords) markWords(text, tokens, cutWords(text), marks);
    return marks;
  };
}

/** First token that starts at a code unit, and one past the last token that ends there; -1 where none does. */
function tokenBounds(
  length: number,
  { starts, ends }: Tokens,
): { tokenFrom: Int32Array; tokenTo: Int32Array } {
  const tokenFrom = new Int32Array(length + 1).fill(-1);
  const tokenTo = new Int32Array(length + 1).fill(-1);
  for (let i = starts.length - 1; i >= 0; i--) tokenFrom[starts[i]] = i;
  for (let i = 0; i < ends.length; i++) tokenTo[ends[i]] = i + 1;
  return { tokenFrom, tokenTo };
}

function entityEnd(marks: Uint8Array, from: number): number {
  let to = from + 1;
  while (to < marks.length && marks[to] & MARK.continuesEntity) to++;
  return to;
}

/** Tokens that start inside a word continue it; each word is located in the text first. */
function markWords(text: string, { starts }: Tokens, words: readonly string[], marks: Uint8Array): void {
  const begins = new Uint8Array(text.length + 1);
  let at = 0;
  for (const word of words) {
    const start = text.startsWith(word, at) ? at : text.indexOf(word, at);
    if (start < 0 || word === '') continue;
    begins[start] = 1;
    at = start + word.length;
    begins[at] = 1;
  }
  for (let i = 1; i < starts.length; i++) {
    let isNew = false;
    for (let unit = starts[i - 1] + 1; unit <= starts[i]; unit++) if (begins[unit]) isNew = true;
    if (!isNew) marks[i] |= MARK.continuesWord;
  }
}

/** Tokens `from` to `to`, end exclusive, that are masked together or not at all. */
export interface Unit {
  readonly from: number;
  readonly to: number;
  readonly kind: Kind;
}

/**
 * The units of consecutive tokens, end to end. Where a span contains an entity, `preferSpan` decides which of the two
 * is the unit. What is left of a unit whose beginning is cut off is masked as other text is.
 */
export function unitsOf(
  marks: Uint8Array,
  from: number,
  to: number,
  preferSpan: (at: number) => boolean,
): Unit[] {
  const units: Unit[] = [];
  for (let at = from; at < to; ) {
    const spanTo = marks[at] & MARK.beginsSpan ? runEnd(marks, at, to, MARK.continuesSpan) : at;
    const holdsEntity = spanTo > at && hasEntity(marks, at, spanTo);
    if (spanTo > at && (!holdsEntity || preferSpan(at))) {
      units.push({ from: at, to: spanTo, kind: 'span' });
      at = spanTo;
      continue;
    }
    const isEntity = marks[at] & MARK.beginsEntity;
    let end = runEnd(marks, at, to, isEntity ? MARK.continuesEntity : MARK.continuesWord);
    // A word ends where an entity or a span starts inside it.
    if (!isEntity) {
      for (let i = at + 1; i < end; i++) {
        if (marks[i] & (MARK.beginsEntity | MARK.beginsSpan)) end = i;
      }
    }
    units.push({ from: at, to: end, kind: isEntity ? 'entity' : 'other' });
    at = end;
  }
  return units;
}

function runEnd(marks: Uint8Array, at: number, to: number, bit: number): number {
  let end = at + 1;
  while (end < to && marks[end] & bit) end++;
  return end;
}

function hasEntity(marks: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (marks[i] & MARK.beginsEntity) return true;
  return false;
}
