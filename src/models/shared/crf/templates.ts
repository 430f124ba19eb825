import { type Characters, OUTSIDE } from '../mentions/characters.ts';
import { type Lexicon, matchLexicon, type Share } from '../mentions/lexicon.ts';
import { eachWord } from '../mentions/words.ts';

/** The observations at a position: every track has one number per position. */
export const TRACKS = ['char', 'class', 'place', 'word', 'match', 'matched', 'side'] as const;
export type Track = (typeof TRACKS)[number];

/** A feature template: the conjunction of one to three tracks, each at an offset from the position. */
export interface Template {
  /** E.g. `char[-1] char[0]`: unique, the prefix of feature names. */
  readonly name: string;
  readonly group: TemplateGroup;
  readonly parts: readonly { readonly track: Track; readonly offset: number }[];
}

export const TEMPLATE_GROUPS = ['char', 'ngram', 'class', 'word', 'lexicon', 'side'] as const;
export type TemplateGroup = (typeof TEMPLATE_GROUPS)[number];

const NAMES: Readonly<Record<TemplateGroup, readonly string[]>> = {
  char: ['char[-3]', 'char[-2]', 'char[-1]', 'char[0]', 'char[1]', 'char[2]', 'char[3]'],
  ngram: [
    'char[-2] char[-1]',
    'char[-1] char[0]',
    'char[0] char[1]',
    'char[1] char[2]',
    'char[-1] char[1]',
    'char[-2] char[-1] char[0]',
    'char[-1] char[0] char[1]',
    'char[0] char[1] char[2]',
  ],
  class: ['class[-1] class[0] class[1]', 'class[-2] class[-1] class[0]', 'class[0] class[1] class[2]'],
  word: ['place[0]', 'place[-1] place[0] place[1]', 'place[0] word[0]', 'char[0] place[0]'],
  lexicon: ['match[-1]', 'match[0]', 'match[1]', 'matched[-1] matched[0] matched[1]', 'matched[0] char[0]'],
  side: ['side[0]', 'side[0] char[0]'],
};

/** Offsets in templates stay within this many positions. */
export const REACH = 4;

/** Templates of the named groups, in a fixed order: a template's index is part of every saved feature. */
export function templatesOf(groups: readonly TemplateGroup[]): Template[] {
  return TEMPLATE_GROUPS.filter((group) => groups.includes(group)).flatMap((group) =>
    NAMES[group].map((name) => parseTemplate(name, group)),
  );
}

function parseTemplate(name: string, group: TemplateGroup): Template {
  const parts = name.split(' ').map((part) => {
    const [, track, offset] = /^([a-z]+)\[(-?\d)\]$/.exec(part)!;
    return { track: track as Track, offset: Number(offset) };
  });
  return { name, group, parts };
}

/** What features refer to besides the text itself: collected from the training texts. */
export interface Vocabulary {
  readonly types: readonly string[];
  /** Word → its number, from 2 up. */
  readonly words: ReadonlyMap<string, number>;
  readonly lexicon: Lexicon;
}

/** The tracks of one text. Position `p` is at index `p + REACH`; outside the text it is `OUTSIDE`; 0: no feature. */
export type Tracks = Readonly<Record<Track, Uint16Array>>;

/** Looks at a text once for all templates. `side` is the number of a property of the whole text, such as its speaker. */
export function readTracks(
  text: string,
  characters: Characters,
  templates: readonly Template[],
  vocabulary: Vocabulary,
  side: number,
  own?: Share,
): Tracks {
  const needed = new Set(templates.flatMap(({ parts }) => parts.map(({ track }) => track)));
  const tracks = Object.fromEntries(
    TRACKS.map((track) => [
      track,
      new Uint16Array(needed.has(track) ? characters.length + 2 * REACH : 0).fill(OUTSIDE),
    ]),
  ) as Record<Track, Uint16Array>;
  if (needed.has('char')) tracks.char.set(characters.codes, REACH);
  if (needed.has('class'))
    for (let at = 0; at < characters.length; at++) tracks.class[at + REACH] = 2 + characters.classes[at];
  if (needed.has('side')) tracks.side.fill(side, REACH, REACH + characters.length);
  if (needed.has('place') || needed.has('word')) {
    eachWord(text, characters, (word, from, to) => {
      const number = vocabulary.words.get(word) ?? 0;
      if (needed.has('word')) tracks.word.fill(number, from + REACH, to + REACH);
      if (!needed.has('place')) return;
      for (let at = from; at < to; at++) {
        tracks.place[at + REACH] = 2 + (to - from === 1 ? 3 : at === from ? 0 : at === to - 1 ? 2 : 1);
      }
    });
  }
  if (needed.has('match') || needed.has('matched')) {
    const found = matchLexicon(vocabulary.lexicon, characters, own);
    for (let at = 0; at < characters.length; at++) {
      const plain = found.places[at] === 0 ? 2 : 2 + found.places[at] + 5 * found.types[at];
      if (needed.has('matched')) tracks.matched[at + REACH] = plain;
      if (needed.has('match'))
        tracks.match[at + REACH] = found.places[at] === 0 ? 2 : plain * 5 + found.purities[at];
    }
  }
  return tracks;
}
