/** A run of tags that names one thing: `start` inclusive, `end` exclusive, counted in tags. */
export interface TagSpan {
  readonly start: number;
  readonly end: number;
  readonly type: string;
}

/**
 * How tags become spans. They agree on well-formed tags and differ on the others.
 *
 * - `conlleval`: `B-type`, `I-type` (`E-`, `S-` too), the type after the first hyphen. A span begins at B, and at
 *   I after O or after another type (Tjong Kim Sang and Buchholz 2000, conlleval.pl).
 * - `seqeval`: seqeval 1.2.2 by default: boundaries as conlleval; the first character is the letter, the type is
 *   what follows the first hyphen after it, else all of the rest, else `_`. It would read `B_疾病` as type `_疾病`.
 *   Letters other than B, I, E, S and O, which seqeval warns about, continue a span of their type, else begin one. Where no
 * span is open, seqeval may count the last span twice or drop the last one of a sentence; this implementation does neither.
 * - `seqeval-strict`: seqeval 1.2.2 with `mode='strict', scheme=IOB2`: spans begin at B only; an I that continues
 *   nothing of its type is outside. The type is what follows the letter, without hyphens at its ends, else `_`. Other letters
 *   are an error there, outside here.
 * - `chineseblue`: this benchmark's `B_type` and `I_type`; a hyphen is accepted in place of `_`. The type is everything
 *   after the separator, whatever it contains. Boundaries as conlleval, letters B and I only.
 */
export type BioRule = 'conlleval' | 'seqeval' | 'seqeval-strict' | 'chineseblue';

/** A tag, split under a rule. */
export interface Tag {
  readonly letter: string;
  readonly type: string;
}

/** What stands before the first tag. */
export const OUTSIDE: Tag = { letter: 'O', type: '' };

function splitAtHyphen(tag: string): Tag {
  const hyphen = tag.indexOf('-');
  return hyphen < 0
    ? { letter: tag, type: '' }
    : { letter: tag.slice(0, hyphen), type: tag.slice(hyphen + 1) };
}

function splitAsSeqeval(tag: string): Tag {
  const rest = tag.slice(1);
  return { letter: tag.slice(0, 1), type: rest.slice(rest.indexOf('-') + 1) || '_' };
}

const splitAsStrictSeqeval = (tag: string): Tag => ({
  letter: tag.slice(0, 1),
  type: tag.slice(1).replace(/^-+|-+$/g, '') || '_',
});

function splitAsChineseblue(tag: string): Tag {
  const letter = tag.charAt(0);
  const separator = tag.charAt(1);
  const whole =
    (letter === 'B' || letter === 'I') && (separator === '_' || separator === '-') && tag.length > 2;
  return whole ? { letter, type: tag.slice(2) } : OUTSIDE;
}

/** Letter and type of a tag under every rule. */
export const SPLITS: Readonly<Record<BioRule, (tag: string) => Tag>> = {
  conlleval: splitAtHyphen,
  seqeval: splitAsSeqeval,
  'seqeval-strict': splitAsStrictSeqeval,
  chineseblue: splitAsChineseblue,
};

const isIn = (letter: string): boolean => letter === 'B' || letter === 'I';
const closes = (letter: string): boolean => letter === 'E' || letter === 'S';
const opens = (letter: string): boolean => letter === 'B' || letter === 'S';

const endsChunk = (before: Tag, { letter, type }: Tag): boolean =>
  closes(before.letter) ||
  (isIn(before.letter) && (opens(letter) || letter === 'O')) ||
  (before.letter !== 'O' && before.letter !== '.' && before.type !== type);

const startsChunk = (before: Tag, { letter, type }: Tag): boolean =>
  opens(letter) ||
  ((closes(before.letter) || before.letter === 'O') && (letter === 'E' || letter === 'I')) ||
  (letter !== 'O' && letter !== '.' && before.type !== type);

/** Whether a span that is open ends before this tag. */
export const endsSpan = (rule: BioRule, before: Tag, tag: Tag): boolean =>
  rule === 'seqeval-strict' ? tag.letter !== 'I' || tag.type !== before.type : endsChunk(before, tag);

/** Whether a span starts with this tag. */
export const startsSpan = (rule: BioRule, before: Tag, tag: Tag): boolean =>
  rule === 'seqeval-strict' ? tag.letter === 'B' : startsChunk(before, tag);

/** Whether this tag, after one equal to it, neither ends nor starts a span. */
export const continues = ({ letter }: Tag): boolean => letter === 'O' || letter === 'I';

/**
 * Decodes the tags of one sentence into spans, in order. A span that reaches the end is closed there.
 * A tag equal to the one before it changes nothing unless its letter always begins or ends a span.
 *
 * @example
 * ```ts
 * import { decodeBio } from 'chineseblue/metrics';
 *
 * const [span] = decodeBio(['O', 'B-疾病', 'I-疾病'], 'seqeval');
 * span; // { start: 1, end: 3, type: '疾病' }
 * ```
 */
export function decodeBio(tags: readonly string[], rule: BioRule): TagSpan[] {
  const known = caches[rule];
  const spans: TagSpan[] = [];
  let before = OUTSIDE;
  let textBefore = 'O';
  let start = -1;
  for (let i = 0; i < tags.length; i++) {
    const text = tags[i];
    if (text === textBefore && continues(before)) continue;
    const tag = known.get(text) ?? split(known, rule, text);
    if (start >= 0 && endsSpan(rule, before, tag)) {
      spans.push({ start, end: i, type: before.type });
      start = -1;
    }
    if (startsSpan(rule, before, tag)) start = i;
    before = tag;
    textBefore = text;
  }
  if (start >= 0) spans.push({ start, end: tags.length, type: before.type });
  return spans;
}

/** Tags are cached once split, up to this many; no real tag set is larger. */
const MAX_KNOWN_TAGS = 1000;

const caches: Readonly<Record<BioRule, Map<string, Tag>>> = {
  conlleval: new Map(),
  seqeval: new Map(),
  'seqeval-strict': new Map(),
  chineseblue: new Map(),
};

/** Splits a new tag. Tags of one type share one string, so that comparing types compares pointers. */
function split(known: Map<string, Tag>, rule: BioRule, text: string): Tag {
  let tag = SPLITS[rule](text);
  if (known.size >= MAX_KNOWN_TAGS) return tag;
  for (const { type } of known.values()) if (type === tag.type) tag = { letter: tag.letter, type };
  known.set(text, tag);
  return tag;
}

/**
 * `decodeBio` over text: `pieces[i]` is the text that `tags[i]` belongs to, usually one character. The offsets are UTF-16 code
 * units of the joined pieces, so a piece may be a surrogate pair or several characters.
 */
export function decodeTagged(pieces: readonly string[], tags: readonly string[], rule: BioRule): TagSpan[] {
  const offsets = new Array<number>(pieces.length + 1);
  offsets[0] = 0;
  for (let i = 0; i < pieces.length; i++) offsets[i + 1] = offsets[i] + pieces[i].length;
  return decodeBio(tags.slice(0, pieces.length), rule).map(({ start, end, type }) => ({
    start: offsets[start],
    end: offsets[end],
    type,
  }));
}

export interface Encoded {
  /** The text in pieces, one per tag: one character (code point) each. */
  readonly pieces: readonly string[];
  readonly tags: readonly string[];
  /** Entities that the tags cannot hold: they overlap an earlier one, are empty, or do not fit whole characters. */
  readonly lost: readonly TagSpan[];
}

/**
 * Entities (UTF-16 offsets) → one tag per character. Where entities overlap, the one that starts first is kept, of two that
 * start together the longer one: tags are flat.
 *
 * @example
 * ```ts
 * import { encodeBio } from 'chineseblue/metrics';
 *
 * const { tags } = encodeBio('患头痛', [{ start: 1, end: 3, type: '症状' }]);
 * tags; // ['O', 'B_症状', 'I_症状']
 * ```
 */
export function encodeBio(text: string, entities: readonly TagSpan[], separator: '_' | '-' = '_'): Encoded {
  const pieces = Array.from(text);
  const pieceAt = new Map<number, number>();
  let offset = 0;
  for (let i = 0; i < pieces.length; i++) {
    pieceAt.set(offset, i);
    offset += pieces[i].length;
  }
  pieceAt.set(offset, pieces.length);

  const tags = new Array<string>(pieces.length).fill('O');
  const lost: TagSpan[] = [];
  let free = 0;
  for (const entity of [...entities].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const from = pieceAt.get(entity.start);
    const to = pieceAt.get(entity.end);
    if (from === undefined || to === undefined || from < free || to <= from) {
      lost.push(entity);
      continue;
    }
    tags[from] = `B${separator}${entity.type}`;
    for (let i = from + 1; i < to; i++) tags[i] = `I${separator}${entity.type}`;
    free = to;
  }
  return { pieces, tags, lost };
}
