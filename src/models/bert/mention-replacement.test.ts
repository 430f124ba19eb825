import { describe, expect, it } from 'vitest';
import { createRandom } from '../../ground/random.ts';
import type { Example } from '../../tasks/examples.ts';
import { dropTokens, replaceMentions } from './mention-replacement.ts';

const example = (id: string, text: string, mentions: readonly [string, string][]): Example<'ner'> => ({
  id,
  input: { text },
  gold: {
    entities: mentions.map(([mention, type]) => {
      const start = text.indexOf(mention);
      return { start, end: start + mention.length, type };
    }),
  },
});
const EXAMPLES = [
  example('1', '肚子疼，要吃阿莫西林吗？', [
    ['阿莫西林', 'drug'],
    ['肚子疼', 'symptom'],
  ]),
  example('2', '发烧', [['发烧', 'symptom']]),
  example('3', '没有事', []),
];

describe('copies of texts', () => {
  it('replace mentions by others of their type and update the offsets', () => {
    const known = { drug: ['阿莫西林'], symptom: ['肚子疼', '发烧'] };
    const seen = new Set<string>();
    const random = createRandom(1);
    for (let i = 0; i < 50; i++) {
      const copies = replaceMentions(EXAMPLES, random);
      expect(copies.map(({ id }) => id)).toEqual(['1', '2', '3']);
      for (const { input, gold } of copies) {
        seen.add(input.text);
        for (const { start, end, type } of gold.entities)
          expect(known[type as 'drug' | 'symptom']).toContain(input.text.slice(start, end));
      }
    }
    expect([...seen].sort()).toEqual(
      ['肚子疼，要吃阿莫西林吗？', '发烧，要吃阿莫西林吗？', '肚子疼', '发烧', '没有事'].sort(),
    );
  });

  it('are not made of texts with overlapping mentions', () => {
    const nested = example('4', '左腹疼', [
      ['左腹疼', 'symptom'],
      ['腹', 'body'],
    ]);
    expect(replaceMentions([nested, EXAMPLES[1]], createRandom(1)).map(({ id }) => id)).toEqual(['2']);
  });

  it('make a tenth of their tokens unknown, never the first or the last', () => {
    const ids = Int32Array.from({ length: 10_002 }, (_, i) => i + 10);
    const hidden = dropTokens({ ids, types: new Int32Array(ids.length) }, 4, createRandom(1)).ids;
    expect([hidden[0], hidden.at(-1)]).toEqual([ids[0], ids.at(-1)]);
    const changed = hidden.filter((id, i) => id !== ids[i]);
    expect(new Set(changed)).toEqual(new Set([4]));
    expect(changed.length).toBeGreaterThan(850);
    expect(changed.length).toBeLessThan(1150);
  });
});
