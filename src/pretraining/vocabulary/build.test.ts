import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createTokenizer, TOKENIZER_DEFAULTS } from '../../encoders/tokenizers/tokenizer.ts';
import { createVocabulary } from '../../encoders/tokenizers/vocabulary.ts';
import { buildVocabulary } from './build.ts';
import { createWordCounter } from './words.ts';

const reference = JSON.parse(readFileSync(new URL('./fixtures/wordpiece.json', import.meta.url), 'utf8')) as {
  size: number;
  words: Record<string, number>;
  always: string[];
  sometimes: string[];
};
const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
const count = (...texts: string[]) => {
  const counter = createWordCounter();
  for (const text of texts) counter.add(text);
  return counter.words;
};

describe('words', () => {
  it('are counted as BERT splits them', () => {
    expect(Object.fromEntries(count('查CT两次，CT正常。', 'Café １２'))).toEqual({
      查: 1,
      ct: 2,
      两: 1,
      次: 1,
      '，': 1,
      正: 1,
      常: 1,
      '。': 1,
      cafe: 1,
      '１２': 1,
    });
    const cased = createWordCounter({ ...TOKENIZER_DEFAULTS, lowercase: false, stripAccents: false });
    cased.add('CT');
    expect([...cased.words.keys()]).toEqual(['CT']);
  });
});

describe('a vocabulary', () => {
  it('is one that the Rust WordPieceTrainer can build, which breaks ties at random', () => {
    const { size, words, always, sometimes } = reference;
    const own = buildVocabulary(new Map(Object.entries(words)), { size, minFrequency: 2 });
    expect(own.slice(0, 5)).toEqual(SPECIAL);
    expect(own).toHaveLength(size);
    expect(own).toEqual(expect.arrayContaining(always));
    expect(sometimes).toEqual(expect.arrayContaining(own));
    expect(always.length).toBeGreaterThan(size - 20);
  });

  it('splits the words that it was built from into few pieces', () => {
    const words = count('ct检查，ct检查，mri检查', 'ct mri ct mri 乙肝 hbsag hbsag hbsab');
    const tokenizer = createTokenizer(
      createVocabulary(buildVocabulary(words, { size: 100, minFrequency: 2 })),
    );
    const pieces = (text: string) =>
      [...tokenizer.tokenize(text).ids].map((id) => tokenizer.vocabulary.tokens[id]);
    expect(pieces('CT检查 MRI hbsag')).toEqual(['ct', '检', '查', 'mri', 'hbsag']);
    expect(pieces('x')).toEqual(['[UNK]']);
  });

  it('leaves out the rarest characters where there is no room, and is reproducible', () => {
    const words = count('痛痛痛疼疼酸', '痛疼');
    expect(buildVocabulary(words, { size: 7, minFrequency: 1 })).toEqual([...SPECIAL, '疼', '痛']);
    const reversed = new Map([...words].reverse());
    expect(buildVocabulary(reversed, { size: 7, minFrequency: 1 })).toEqual(
      buildVocabulary(words, { size: 7, minFrequency: 1 }),
    );
  });

  it('requires text and room', () => {
    expect(() => buildVocabulary(new Map())).toThrow(expect.objectContaining({ code: 'corpus-empty' }));
    expect(() => buildVocabulary(count('痛'), { size: 5 })).toThrow(
      expect.objectContaining({ code: 'vocabulary-size' }),
    );
  });
});
