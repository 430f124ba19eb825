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
 * - `seqeval-strict`: seqeval 1.2.2 with `mode='strict', scheme=IOB2`: spans begin at B only; an I that continues
 *   nothing of its type is outside. Other letters are an error there, outside here.
 * - `chineseblue`: this benchmark's `B_type` and `I_type`; a hyphen is accepted in place of `_`. The type is everything
 *   after the separator, whatever it contains. Boundaries as conlleval, letters B and I only.
 */
export type BioRule = 'conlleval' | 'seqeval' | 'seqeval-strict' | 'chineseblue';

export const BIO_RULES: readonly BioRule[] = ['conlleval', 'seqeval', 'seqeval-strict', 'chineseblue'];

type Split = readonly [letter: string, type: string];

const OUTSIDE: Split = ['O', ''];

function splitAtHyphen(tag: string): Split {
  const hyphen = tag.indexOf('-');
  return hyphen < 0 ? [tag, ''] : [tag.slice(0, hyphen), tag.slice(hyphen + 1)];
}

function splitAsSeqeval(tag: string): Split {
  const rest = tag.slice(1);
  return [tag.slice(0, 1), rest.slice(rest.indexOf('-') + 1) || '_'];
}

function splitAsChineseblue(tag: string): Split {
  const letter = tag.charAt(0);
  const separator = tag.charAt(1);
  const whole =
    (letter === 'B' || letter === 'I') && (separator === '_' || separator === '-') && tag.length > 2;
  return whole ? [letter, tag.slice(2)] : OUTSIDE;
}

const SPLITS: Readonly<Record<BioRule, (tag: string) => Split>> = {
  conlleval: splitAtHyphen,
  seqeval: splitAsSeqeval,
  'seqeval-strict': splitAsSeqeval,
  chineseblue: splitAsChineseblue,
};

const isIn = (letter: string): boolean => letter === 'B' || letter === 'I';
const closes = (letter: string): boolean => letter === 'E' || letter === 'S';
const opens = (letter: string): boolean => letter === 'B' || letter === 'S';

const endsChunk = (before: Split, [letter, type]: Split): boolean =>
  closes(before[0]) ||
  (isIn(before[0]) && (opens(letter) || letter === 'O')) ||
  (before[0] !== 'O' && before[0] !== '.' && before[1] !== type);

const startsChunk = (before: Split, [letter, type]: Split): boolean =>
  opens(letter) ||
  ((closes(before[0]) || before[0] === 'O') && (letter === 'E' || letter === 'I')) ||
  (letter !== 'O' && letter !== '.' && before[1] !== type);

/**
 * Reads the spans out of the tags of one sentence, in order. A span that reaches the end is closed there.
 * A tag equal to the one before it changes nothing unless it begins or ends a span by itself.
 */
export function decodeBio(tags: readonly string[], rule: BioRule): TagSpan[] {
  const known = splitCache(rule);
  const spans: TagSpan[] = [];
  const strict = rule === 'seqeval-strict';
  let before = OUTSIDE;
  let tagBefore = 'O';
  let start = -1;
  for (let i = 0; i < tags.length; i++) {
    if (tags[i] === tagBefore && (before[0] === 'O' || before[0] === 'I')) continue;
    const tag = known(tags[i]);
    const ends = strict ? tag[0] !== 'I' || tag[1] !== before[1] : endsChunk(before, tag);
    if (ends && start >= 0) {
      spans.push({ start, end: i, type: before[1] });
      start = -1;
    }
    if (strict ? tag[0] === 'B' : startsChunk(before, tag)) start = i;
    before = tag;
    tagBefore = tags[i];
  }
  if (start >= 0) spans.push({ start, end: tags.length, type: before[1] });
  return spans;
}

/** Distinct tags are few: each is split once. Bounded, so that hostile input cannot grow it for ever. */
const MAX_KNOWN_TAGS = 10_000;
const caches = new Map<BioRule, Map<string, Split>>();

function splitCache(rule: BioRule): (tag: string) => Split {
  let cache = caches.get(rule);
  if (!cache || cache.size > MAX_KNOWN_TAGS) {
    cache = new Map();
    caches.set(rule, cache);
  }
  const known = cache;
  const split = SPLITS[rule];
  return (tag) => {
    const found = known.get(tag);
    if (found) return found;
    const made = split(tag);
    known.set(tag, made);
    return made;
  };
}

/**
 * The same over text: `pieces[i]` is the text that `tags[i]` belongs to, usually one character. The offsets are
 * UTF-16 code units of the joined pieces, which is right also where a piece is a surrogate pair or several characters.
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
  /** The text in pieces, one a tag: one character (code point) each. */
  readonly pieces: readonly string[];
  readonly tags: readonly string[];
  /** Entities that the tags cannot hold: they overlap an earlier one, are empty, or do not fit whole characters. */
  readonly lost: readonly TagSpan[];
}

/**
 * Entities (UTF-16 offsets) → one tag a character. Where entities overlap, the one that starts first is kept, of two that
 * start together the longer one: tags are flat.
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
