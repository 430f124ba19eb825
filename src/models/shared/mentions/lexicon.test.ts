import { describe, expect, it } from 'vitest';
import { readCharacters } from './characters.ts';
import { buildLexicon, type LexiconText, matchLexicon, shareOf } from './lexicon.ts';

/** `[肺癌/0]` marks a mention of type 0. */
function marked(source: string): LexiconText {
  let text = '';
  const spans: { from: number; to: number; type: number }[] = [];
  for (const part of source.split(/(\[[^\]]+\])/)) {
    const mention = /^\[(.+)\/(\d)\]$/.exec(part);
    if (mention)
      spans.push({ from: text.length, to: text.length + mention[1].length, type: Number(mention[2]) });
    text += mention ? mention[1] : part;
  }
  return { characters: readCharacters(text), spans };
}

const TEXTS = [
  marked('患[肺癌/0]，[肺癌/0]'),
  marked('有[肺/1]与[肺癌/0]'),
  marked('[胃癌/0]'),
  marked('肺炎'),
];
const lexicon = buildLexicon(TEXTS, 2);
const places = (text: string, own?: LexiconText[]): string =>
  Array.from(
    matchLexicon(lexicon, readCharacters(text), own && shareOf(lexicon, own)).places,
    (place) => '.BMES'[place],
  ).join('');

describe('the lexicon', () => {
  it('covers a text leftmost first, longest at each place', () => {
    expect(places('我肺癌肺胃癌')).toBe('.BESBE');
  });

  it('excludes entries that only the text’s own unit mentions', () => {
    expect(places('胃癌', [TEXTS[2]])).toBe('..');
    expect(places('肺癌', [TEXTS[0]])).toBe('BE');
    expect(places('肺癌', [TEXTS[0], TEXTS[1]])).toBe('..');
  });

  it('takes the type from the other units', () => {
    const mixed = [marked('[发热/0]'), marked('[发热/1]'), marked('[发热/1]')];
    const both = buildLexicon(mixed, 2);
    const text = readCharacters('发热');
    expect(Array.from(matchLexicon(both, text).types)).toEqual([1, 1]);
    expect(Array.from(matchLexicon(both, text, shareOf(both, [mixed[1], mixed[2]])).types)).toEqual([0, 0]);
  });

  it('returns how often a match is a mention', () => {
    const rarely = buildLexicon([marked('[口/0]口口'), marked('口口口')], 1);
    expect(matchLexicon(rarely, readCharacters('口')).purities[0]).toBe(0);
    expect(matchLexicon(lexicon, readCharacters('胃癌')).purities[0]).toBe(4);
  });
});
