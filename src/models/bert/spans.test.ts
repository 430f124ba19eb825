import { describe, expect, it } from 'vitest';
import { chooseSpans, likelySpans } from '../../encoders/heads/marginals.ts';
import { createTokenizer } from '../../encoders/tokenizers/tokenizer.ts';
import { createVocabulary } from '../../encoders/tokenizers/vocabulary.ts';
import { cutText, tagNames, tagOrder, toTags, toTokenSpans } from './spans.ts';

const tokens = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...'头痛发热三天咳嗽，', 'ct', '##1'];
const tokenizer = createTokenizer(createVocabulary(tokens));
const TYPES = ['drug', 'symptom'];

describe('tags', () => {
  const text = '头痛，CT1发热𠀀三天';
  const cut = cutText(tokenizer, text, { maxLength: 64, overlap: 8 });
  const count = cut.tokens.ids.length;

  it('begin and continue entities, given in UTF-16 offsets of the text', () => {
    const entities = [
      { start: 0, end: 2, type: 'symptom' },
      { start: 3, end: 6, type: 'drug' },
      { start: 8, end: 12, type: 'symptom' },
    ];
    expect(text.slice(8, 12)).toBe('𠀀三天');
    const tags = toTags(toTokenSpans(cut.tokens, entities), count, TYPES);
    expect([...tags].map((tag) => tagNames(TYPES)[tag])).toEqual([
      'B-symptom',
      'I-symptom',
      'O',
      'B-drug',
      'I-drug',
      'O',
      'O',
      'B-symptom',
      'I-symptom',
      'I-symptom',
    ]);
  });

  it('keep the longest of entities that overlap', () => {
    const long = { start: 0, end: 6, type: 'drug' };
    const tags = toTags(
      toTokenSpans(cut.tokens, [{ start: 0, end: 2, type: 'symptom' }, long]),
      count,
      TYPES,
    );
    expect([...tags]).toEqual([1, 3, 3, 3, 3, 0, 0, 0, 0, 0]);
  });

  it('never come out of order', () => {
    const { start, between } = tagOrder(TYPES.length);
    const scores = Float32Array.of(0, 0, 0, 9, 0, 0, 1, 0, 0, 9, 9, 0, 0, 0, 8);
    const chain = { tags: 5, start, end: new Float64Array(5), between };
    const spans = chooseSpans(likelySpans(scores, chain, 0.5), 0.5);
    expect(spans).toMatchObject([{ type: 1, first: 0, last: 1 }]);
  });
});

describe('cutText', () => {
  it('covers a long text with windows between [CLS] and [SEP]', () => {
    const text = '头痛发热三天咳嗽，'.repeat(20);
    const {
      tokens: all,
      windows,
      sequences,
      central,
    } = cutText(tokenizer, text, { maxLength: 34, overlap: 8 });
    expect(all.ids.length).toBe(180);
    for (const [i, { start, end }] of windows.entries()) {
      const { ids } = sequences[i];
      expect([ids[0], ids[ids.length - 1]]).toEqual([2, 3]);
      expect([...ids.subarray(1, -1)]).toEqual([...all.ids.subarray(start, end)]);
      expect(ids.length).toBeLessThanOrEqual(34);
    }
    expect(
      [...central].every((window, token) => windows[window].start <= token && token < windows[window].end),
    ).toBe(true);
  });
});
