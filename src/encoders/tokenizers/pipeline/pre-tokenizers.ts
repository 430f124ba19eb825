import * as z from 'zod';
import { isPunctuation, isWhitespace } from '../unicode.ts';
import { byteCode, bytesOf } from './bytes.ts';
import { type Characters, codesOf, noCharacters, part, put } from './characters.ts';
import { prepended } from './normalizers.ts';
import { type Finder, finder, finderOf, patternJson, type Range } from './pattern.ts';
import { checked, inside, partOf, type Registry, unsupported } from './place.ts';

/** Cuts a normalized text into the parts that the model then splits into tokens separately. */
export type PreTokenizer = (text: Characters) => Characters[];

/** How delimiters are handled when a text is split, by their names in `tokenizer.json`. */
const BEHAVIOURS = ['Removed', 'Isolated', 'Contiguous', 'MergedWithPrevious', 'MergedWithNext'] as const;
type Behaviour = (typeof BEHAVIOURS)[number];

interface Stretch extends Range {
  readonly isMatch: boolean;
}

/** The whole text as stretches that match and that do not. */
function stretches(matches: readonly Range[], length: number): Stretch[] {
  const all: Stretch[] = [];
  let at = 0;
  for (const { from, to } of matches) {
    if (from > at) all.push({ from: at, to: from, isMatch: false });
    all.push({ from, to, isMatch: true });
    at = to;
  }
  if (at < length) all.push({ from: at, to: length, isMatch: false });
  return all;
}

const span = (a: Range, b: Range): Range => ({ from: Math.min(a.from, b.from), to: Math.max(a.to, b.to) });

/** Stretches joined to the one before them in this order if `joins` returns true. */
function merged(
  all: readonly Stretch[],
  joins: (stretch: Stretch, before: Stretch | undefined) => boolean,
): Range[] {
  const made: Range[] = [];
  for (const [i, stretch] of all.entries()) {
    const last = made.at(-1);
    if (last && joins(stretch, all[i - 1])) made[made.length - 1] = span(last, stretch);
    else made.push(stretch);
  }
  return made;
}

/** A match joins the stretch before it, unless that was a match itself. */
const afterText = ({ isMatch }: Stretch, before: Stretch | undefined): boolean => isMatch && !before?.isMatch;

const SPLITS: Readonly<Record<Behaviour, (all: readonly Stretch[]) => readonly Range[]>> = {
  Removed: (all) => all.filter(({ isMatch }) => !isMatch),
  Isolated: (all) => all,
  Contiguous: (all) => merged(all, ({ isMatch }, before) => isMatch === before?.isMatch),
  MergedWithPrevious: (all) => merged(all, afterText),
  MergedWithNext: (all) => merged(all.toReversed(), afterText).toReversed(),
};

const splitter =
  (find: Finder, behaviour: Behaviour, invert = false): PreTokenizer =>
  (text) => {
    const all = stretches(find(text), text.codes.length);
    const asked = invert ? all.map((one) => ({ ...one, isMatch: !one.isMatch })) : all;
    return SPLITS[behaviour](asked).map(({ from, to }) => part(text, from, to));
  };

/** Every character for which this holds. */
const each =
  (holds: (code: number) => boolean): Finder =>
  ({ codes }) =>
    codes.flatMap((code, i) => (holds(code) ? [{ from: i, to: i + 1 }] : []));

const isNumeric = (code: number): boolean => /\p{N}/u.test(String.fromCodePoint(code));

const metaspaceJson = z.object({
  replacement: z.string().refine((text) => codesOf(text).length === 1, {
    error: 'not one character',
    params: { zh: '应为单个字符' },
  }),
  prepend_scheme: z.enum(['always', 'first', 'never']).optional(),
  add_prefix_space: z.boolean().optional(),
  split: z.boolean().default(true),
});
const byteLevelJson = z.object({
  add_prefix_space: z.boolean().default(true),
  use_regex: z.boolean().default(true),
});
const splitJson = z.object({
  pattern: patternJson,
  behavior: z.enum(BEHAVIOURS),
  invert: z.boolean().default(false),
});

/** Words of GPT-2 (Radford et al. 2019): contractions, letters, digits, others, each with a space before; white space. */
const GPT2 =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;
const SPACE = 0x20;

/** The pre-tokenizers of `tokenizers`, by their `type`. */
const PRE_TOKENIZERS: Registry<PreTokenizer> = {
  Sequence(value, place) {
    const { pretokenizers } = checked(z.object({ pretokenizers: z.array(z.unknown()) }), value, place);
    const parts = pretokenizers.map((one, i) => readPreTokenizer(one, inside(place, 'pretokenizers', i)));
    return (text) => parts.reduce((pieces, cut) => pieces.flatMap(cut), [text]);
  },
  WhitespaceSplit: () => splitter(each(isWhitespace), 'Removed'),
  BertPreTokenizer() {
    const words = splitter(each(isWhitespace), 'Removed');
    const marks = splitter(each(isPunctuation), 'Isolated');
    return (text) => words(text).flatMap(marks);
  },
  Digits(value, place) {
    const { individual_digits: single } = checked(
      z.object({ individual_digits: z.boolean().default(false) }),
      value,
      place,
    );
    return splitter(each(isNumeric), single ? 'Isolated' : 'Contiguous');
  },
  Split(value, place) {
    const { pattern, behavior, invert } = checked(splitJson, value, place);
    return splitter(finderOf(pattern, inside(place, 'pattern')), behavior, invert);
  },
  Metaspace(value, place) {
    const { replacement, add_prefix_space: prefix, split, ...given } = checked(metaspaceJson, value, place);
    const scheme = given.prepend_scheme ?? (prefix === false ? 'never' : 'always');
    if (prefix === false && scheme !== 'never')
      throw unsupported(inside(place, 'add_prefix_space'), {
        en: `contradicts the prepend_scheme ${scheme}`,
        zh: `与 prepend_scheme ${scheme} 矛盾`,
      });
    const [mark] = codesOf(replacement);
    const cut = splitter(
      each((code) => code === mark),
      'MergedWithNext',
    );
    return (text) => {
      const codes = text.codes.map((code) => (code === SPACE ? mark : code));
      const isWanted = scheme === 'always' || (scheme === 'first' && text.starts[0] === 0);
      const marked = { ...text, codes };
      const whole = isWanted && codes[0] !== mark ? prepended(marked, [mark]) : marked;
      return split ? cut(whole) : [whole];
    };
  },
  ByteLevel(value, place) {
    const { add_prefix_space: prefix, use_regex: splits } = checked(byteLevelJson, value, place);
    const words = splitter(finder(GPT2), 'Isolated');
    return (text) => {
      const whole = prefix && text.codes[0] !== SPACE ? prepended(text, [SPACE]) : text;
      return (splits ? words(whole) : [whole]).map(asBytes);
    };
  },
};

/** A character for every byte of the text in UTF-8, each standing for the character that the byte is of. */
function asBytes(text: Characters): Characters {
  const made = noCharacters();
  for (const [i, code] of text.codes.entries())
    for (const byte of bytesOf(code)) put(made, byteCode(byte), text.starts[i], text.ends[i]);
  return made;
}

/** The pre-tokenizer that `{ type, … }` describes; none leaves the text whole. Throws a UserError that names the field. */
export const readPreTokenizer: Registry<PreTokenizer>[string] = (value, place) =>
  value === null || value === undefined ? (text) => [text] : partOf(PRE_TOKENIZERS, value, place);
