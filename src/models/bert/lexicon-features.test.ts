import { describe, expect, it } from 'vitest';
import { createTokenizer } from '../../encoders/tokenizers/tokenizer.ts';
import { createVocabulary } from '../../encoders/tokenizers/vocabulary.ts';
import type { Example } from '../../tasks/examples.ts';
import type { Entity } from '../../tasks/families/ner/types.ts';
import { collectMentions, createLexiconFeatures } from './lexicon-features.ts';

const known = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...'吃阿莫西林治肺炎支气管好吗', 'ct', '##1'];
const tokenizer = createTokenizer(createVocabulary(known));
const TYPES = ['disease', 'drug'];

const marked = (text: string, mentions: readonly [string, string][]): Example<'ner'> => ({
  id: text,
  input: { text },
  gold: {
    entities: mentions.map(([mention, type]): Entity => {
      const start = text.indexOf(mention);
      return { start, end: start + mention.length, type };
    }),
  },
});
const EXAMPLES = [
  marked('阿莫西林治肺炎', [
    ['阿莫西林', 'drug'],
    ['肺炎', 'disease'],
  ]),
  marked('肺炎好吗', [['肺炎', 'disease']]),
  marked('CT1好吗', []),
  marked('CT1', [['CT1', 'disease']]),
];
const featuresOf = (examples: readonly Example<'ner'>[]) =>
  createLexiconFeatures(collectMentions(examples, TYPES), TYPES);

/** A token type in words: place in the word; place, type and grade of the match. */
const inWords = (type: number): string => {
  if (type === 0) return 'nothing';
  const places = ['first', 'inner', 'last', 'single'];
  const [word, match] = [places[(type - 1) % 4], Math.floor((type - 1) / 4)];
  if (match === 0) return word;
  const grade = ['rarely', 'mostly', 'always'][(match - 1) % 3];
  const place = Math.floor((match - 1) / 3);
  return `${word}, ${places[place % 4]} of a ${TYPES[Math.floor(place / 4)]} ${grade}`;
};

describe('lexicon features', () => {
  const features = featuresOf(EXAMPLES);
  const ask = (text: string, of = features): string[] =>
    Array.from(of.ofInput(text, tokenizer.tokenize(text)), inWords);
  const learnedFeatures = ({ input, gold }: Example<'ner'>): string[] =>
    Array.from(features.ofExample(input.text, tokenizer.tokenize(input.text), gold.entities), inWords);

  it('encode the position in a word and, for a match, its position, its type and how often it is a mention', () => {
    expect(ask('吃阿莫西林好吗')).toEqual([
      'single',
      'first, first of a drug always',
      'inner, inner of a drug always',
      'inner, inner of a drug always',
      'last, last of a drug always',
      'single',
      'single',
    ]);
    expect(features.tokenTypes).toBe(1 + 4 * (1 + TYPES.length * 12));
  });

  it('match across tokens in any case and width, and grade a match that is a mention half of the time lower', () => {
    const seen = ['first, first of a disease mostly', 'last, last of a disease mostly'];
    expect(ask('CT1')).toEqual(seen);
    expect(ask('ct1')).toEqual(seen);
    expect(ask('ＣＴ1').length).toBe(1);
    expect(ask('ＣＴ1')[0]).toContain('single of a disease mostly');
  });

  it('of a training text exclude its own mentions', () => {
    // 肺炎 is known from another text, 阿莫西林 only from this one
    const [drug, , , , verb, ...pneumonia] = learnedFeatures(EXAMPLES[0]);
    expect([drug, verb]).toEqual(['first', 'single']);
    expect(pneumonia).toEqual(['first, first of a disease always', 'last, last of a disease always']);
    // a mention of another text, which this one does not mark
    expect(learnedFeatures(EXAMPLES[2])[0]).toBe('first, first of a disease always');
  });

  it('ignore a match that ends inside a token', () => {
    expect(ask('ct', featuresOf([marked('c', [['c', 'drug']])]))).toEqual(['single']);
  });

  it('are the same after a round trip through JSON, and refuse damaged mentions', () => {
    const kept = JSON.parse(JSON.stringify(collectMentions(EXAMPLES, TYPES)));
    const text = '吃阿莫西林治支气管肺炎，CT1';
    expect(ask(text, createLexiconFeatures(kept, TYPES))).toEqual(ask(text));
    for (const damaged of [
      undefined,
      {},
      [['肺炎', 1]],
      [['', 1, [1, 0]]],
      [['肺炎', -1, [1, 0]]],
      [['肺炎', 1, [1]]],
    ])
      expect(() => createLexiconFeatures(damaged, TYPES)).toThrow('damaged');
  });
});
