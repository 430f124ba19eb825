import { describe, expect, it } from 'vitest';
import { createTokenizer } from '../../encoders/tokenizers/tokenizer.ts';
import { createVocabulary } from '../../encoders/tokenizers/vocabulary.ts';
import { createMarker, type UnitChoices, unitsOf } from './units.ts';

const tokenizer = createTokenizer(
  createVocabulary([
    ...['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'ct', '##s', 'c', '##t', '，', '。'],
    ...'孩子一直拉稀腹痛上检查三天了糖尿病肾很',
  ]),
);
/** The units as text: `腹痛/entity 三 天`. */
const show = (text: string, choices: UnitChoices, preferSpan = true): string => {
  const tokens = tokenizer.tokenize(text);
  const marks = createMarker(choices)(text, tokens);
  return unitsOf(marks, 0, marks.length, () => preferSpan)
    .map(
      ({ from, to, kind }) =>
        text.slice(tokens.starts[from], tokens.ends[to - 1]) + (kind === 'other' ? '' : `/${kind}`),
    )
    .join(' ');
};

describe('units', () => {
  it('are WordPieces where nothing else is known', () => {
    expect(show('孩子腹痛cts', {})).toBe('孩 子 腹 痛 ct s');
    expect(show('', {})).toBe('');
  });

  it('are the longest entities', () => {
    expect(show('糖尿病肾病，上腹痛', { entities: ['糖尿病', '糖尿病肾病', '腹痛'] })).toBe(
      '糖尿病肾病/entity ， 上 腹痛/entity',
    );
  });

  it('are spans besides entities, and never half an entity', () => {
    const choices = { entities: ['腹痛'], spans: ['一直拉稀', '上腹', '痛三天', '腹痛', '三天'] };
    expect(show('孩子一直拉稀，上腹痛三天了', choices)).toBe(
      '孩 子 一直拉稀/span ， 上 腹痛/entity 三天/span 了',
    );
  });

  it('alternate between a span and the entity inside it', () => {
    const choices = { entities: ['拉稀'], spans: ['一直拉稀'] };
    expect(show('孩子一直拉稀', choices, true)).toBe('孩 子 一直拉稀/span');
    expect(show('孩子一直拉稀', choices, false)).toBe('孩 子 一 直 拉稀/entity');
  });

  it('ignore width and case, and leave WordPieces whole', () => {
    expect(show('ＣＴ检查', { entities: ['ct检查'] })).toBe('ＣＴ检查/entity');
    expect(show('CTs检查', { entities: ['ct', '检查'] })).toBe('CT/entity s 检查/entity');
    expect(show('cts检查', { entities: ['c'] })).toBe('ct s 检 查');
  });

  it('are words where a segmenter is given; entities and spans take precedence', () => {
    const cutWords = (text: string) => text.match(/孩子|一直|拉稀|腹痛三|cts|./gsu) ?? [];
    expect(show('孩子一直拉稀cts', { cutWords })).toBe('孩子 一直 拉稀 cts');
    expect(show('孩子腹痛三天', { cutWords, entities: ['痛三'] })).toBe('孩子 腹 痛三/entity 天');
  });

  it('whose beginning is truncated are treated as other text', () => {
    const text = '上腹痛三天';
    const tokens = tokenizer.tokenize(text);
    const marks = createMarker({ entities: ['上腹痛'], spans: ['三天'] })(text, tokens);
    expect(unitsOf(marks, 1, 4, () => true)).toEqual([
      { from: 1, to: 2, kind: 'other' },
      { from: 2, to: 3, kind: 'other' },
      { from: 3, to: 4, kind: 'span' },
    ]);
  });

  it('take entities of one character, and special characters of regular expressions literally', () => {
    expect(show('腹痛了。', { entities: ['.', '痛', '(a+)+$', '腹|痛'] })).toBe('腹 痛/entity 了 。');
  });
});
