import * as z from 'zod';
import { isNonspacing, isWhitespace, lowercase } from '../unicode.ts';
import { type Characters, codesOf, noCharacters, part, put } from './characters.ts';
import { charsmapNormalizer, decodeCharsmap } from './charsmap.ts';
import { FORMS, normalizerOf } from './forms.ts';
import { finderOf, patternJson } from './pattern.ts';
import { checked, inside, partOf, type Registry } from './place.ts';

/** Changes characters; each keeps the code units of the original that it stands for. */
export type Normalizer = (text: Characters) => Characters;

const replaceJson = z.object({ pattern: patternJson, content: z.string() });
const stripJson = z.object({ strip_left: z.boolean(), strip_right: z.boolean() });

/** The normalizers of `tokenizers`, by their `type`. */
const NORMALIZERS: Registry<Normalizer> = {
  ...Object.fromEntries(FORMS.map((form) => [form, () => normalizerOf(form)])),
  Sequence(value, place) {
    const { normalizers } = checked(z.object({ normalizers: z.array(z.unknown()) }), value, place);
    const parts = normalizers.map((one, i) => readNormalizer(one, inside(place, 'normalizers', i)));
    return (text) => parts.reduce((done, normalize) => normalize(done), text);
  },
  Lowercase: () => (text) => {
    const made = noCharacters();
    for (const [i, code] of text.codes.entries())
      for (const one of lowercase(code)) put(made, one, text.starts[i], text.ends[i]);
    return made;
  },
  StripAccents: () => (text) => {
    const made = noCharacters();
    for (const [i, code] of text.codes.entries())
      if (!isNonspacing(code)) put(made, code, text.starts[i], text.ends[i]);
    return made;
  },
  Precompiled(value, place) {
    const { precompiled_charsmap: map } = checked(
      z.object({ precompiled_charsmap: z.string() }),
      value,
      place,
    );
    const at = inside(place, 'precompiled_charsmap');
    return charsmapNormalizer(decodeCharsmap(map, at), at);
  },
  Replace(value, place) {
    const { pattern, content } = checked(replaceJson, value, place);
    const find = finderOf(pattern, inside(place, 'pattern'));
    const codes = codesOf(content);
    return (text) => {
      const made = noCharacters();
      const copy = (from: number, to: number): void => {
        for (let i = from; i < to; i++) put(made, text.codes[i], text.starts[i], text.ends[i]);
      };
      let at = 0;
      for (const { from, to } of find(text)) {
        copy(at, from);
        // inserted characters represent the last character that they replace
        for (const code of codes) put(made, code, text.starts[to - 1], text.ends[to - 1]);
        at = to;
      }
      copy(at, text.codes.length);
      return made;
    };
  },
  Strip(value, place) {
    const { strip_left: left, strip_right: right } = checked(stripJson, value, place);
    return (text) => {
      let [from, to] = [0, text.codes.length];
      while (left && from < to && isWhitespace(text.codes[from])) from++;
      while (right && to > from && isWhitespace(text.codes[to - 1])) to--;
      return part(text, from, to);
    };
  },
  Prepend(value, place) {
    const { prepend } = checked(z.object({ prepend: z.string() }), value, place);
    return (text) => prepended(text, codesOf(prepend));
  },
};

/** With characters prepended, which map to the first character; an empty text stays empty. */
export function prepended(text: Characters, codes: readonly number[]): Characters {
  if (text.codes.length === 0) return text;
  return {
    codes: [...codes, ...text.codes],
    starts: [...codes.map(() => text.starts[0]), ...text.starts],
    ends: [...codes.map(() => text.ends[0]), ...text.ends],
  };
}

/** The normalizer that `{ type, … }` describes; none changes nothing. Throws a UserError that names the field. */
export const readNormalizer: Registry<Normalizer>[string] = (value, place) =>
  value === null || value === undefined ? (text) => text : partOf(NORMALIZERS, value, place);
