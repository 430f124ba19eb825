import { bothLanguages, joinTexts, type Text } from '../../../ground/language.ts';
import { CHARACTER_CLASSES, OUTSIDE } from '../mentions/characters.ts';
import { PURITY_STEPS } from '../mentions/lexicon.ts';
import { WORD_PLACES } from '../mentions/words.ts';
import type { CrfModel } from './model.ts';
import type { Track } from './templates.ts';

/** The name of a feature and its weight. */
export interface FeatureWeight {
  readonly feature: Text;
  readonly weight: number;
}

/** The `count` heaviest of some features, by weight; negative ones come last or not at all. */
export function heaviest(
  found: readonly { attribute: number; weight: number }[],
  count: number,
  describe: (attribute: number) => Text,
): FeatureWeight[] {
  return [...found]
    .sort((a, b) => b.weight - a.weight || a.attribute - b.attribute)
    .slice(0, count)
    .map(({ attribute, weight }) => ({ feature: describe(attribute), weight }));
}

/** E.g. `char[-1] char[0] = 肺 癌`. */
export function describeAttribute(model: CrfModel, attribute: number): Text {
  const high = model.high[attribute];
  const low = model.low[attribute];
  const template = model.templates[high >>> 16];
  const values = [high & 0xffff, low >>> 16, low & 0xffff];
  const parts = template.parts.map(({ track }, i) => describeValue(model, track, values[i]));
  const places = template.parts.map(({ track, offset }) => `${TRACK_NAMES[track]}[${offset}]`).join(' ');
  return joinTexts([{ en: `${template.name} =`, zh: `${places} =` }, ...parts], ' ');
}

/** Chinese names of what is observed at a character. */
const TRACK_NAMES: Readonly<Record<Track, string>> = {
  char: '字',
  class: '字类',
  place: '词位',
  word: '词',
  match: '词表',
  matched: '词表匹配',
  side: '说话人',
};
const NONE: Text = { en: 'none', zh: '无' };
const OUTSIDE_TEXT: Text = { en: 'outside', zh: '文本外' };
const CLASS_NAMES: Readonly<Record<(typeof CHARACTER_CLASSES)[number], Text>> = {
  outside: OUTSIDE_TEXT,
  han: { en: 'han', zh: '汉字' },
  digit: { en: 'digit', zh: '数字' },
  latin: { en: 'latin', zh: '拉丁字母' },
  space: { en: 'space', zh: '空白' },
  punctuation: { en: 'punctuation', zh: '标点' },
  greek: { en: 'greek', zh: '希腊字母' },
  numeral: { en: 'numeral', zh: '中文数字' },
  'full-width': { en: 'full-width', zh: '全角字符' },
  other: { en: 'other', zh: '其他字符' },
};
/** Where a character is in a word, or in a match of the lexicon. */
const PLACE_NAMES: Readonly<Record<(typeof WORD_PLACES)[number], Text>> = {
  begin: { en: 'begin', zh: '开头' },
  middle: { en: 'middle', zh: '中间' },
  end: { en: 'end', zh: '结尾' },
  single: { en: 'single', zh: '单字' },
};

const UNKNOWN = bothLanguages('?');
const named = <Name extends string>(
  names: Readonly<Record<Name, Text>>,
  order: readonly Name[],
  index: number,
): Text => (order[index] === undefined ? UNKNOWN : names[order[index]]);

/** How a value of a track reads. */
function describeValue(model: CrfModel, track: Track, value: number): Text {
  if (value === OUTSIDE) return OUTSIDE_TEXT;
  switch (track) {
    case 'char':
      return bothLanguages(String.fromCharCode(value));
    case 'class':
      return named(CLASS_NAMES, CHARACTER_CLASSES, value - 2);
    case 'place':
      return named(PLACE_NAMES, WORD_PLACES, value - 2);
    case 'word':
      return bothLanguages(model.words[value - 2] ?? '?');
    case 'matched':
      return describeMatch(model, value);
    case 'match':
      return value === 2 ? NONE : describePurity(describeMatch(model, Math.floor(value / 5)), value % 5);
    case 'side':
      return bothLanguages(model.sides[value - 2] ?? '?');
  }
}

/** E.g. `begin of 疾病`. */
function describeMatch({ types }: CrfModel, value: number): Text {
  if (value === 2) return NONE;
  const place = named(PLACE_NAMES, WORD_PLACES, (value - 3) % 5);
  const type = types[Math.floor((value - 3) / 5)] ?? '?';
  return { en: `${place.en} of ${type}`, zh: `${type} ${place.zh}` };
}

/** With how often the match is a mention: at least the share of the step before. */
function describePurity({ en, zh }: Text, step: number): Text {
  if (step === 0) return { en: `${en}, rarely a mention`, zh: `${zh}（很少是实体）` };
  const percent = PURITY_STEPS[step - 1] * 100;
  return { en: `${en}, a mention in ${percent} % or more`, zh: `${zh}（≥${percent}% 为实体）` };
}

/** Features with their weights on one line, the first `count` of them. */
export const listFeatures = (features: readonly FeatureWeight[], count: number): Text =>
  joinTexts(
    features
      .slice(0, count)
      .map(({ feature, weight }) => joinTexts([feature, `(${weight.toFixed(2)})`], ' ')),
    { en: '; ', zh: '；' },
  );
