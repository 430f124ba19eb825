import fc from 'fast-check';
import { expect, it } from 'vitest';
import { families } from '../tasks/families/registry.ts';
import type { Element } from '../tasks/families/view.ts';
import { align } from './align.ts';

const { near } = families.ner.view;
const entity = (start: number, end: number, label = 'x'): Element => ({
  label,
  surface: 's'.repeat(end - start),
  key: `${start} ${end} ${label}`,
  span: { block: 0, start, end },
});

it('pairs equal ones first, then the nearest, and leaves the rest unpaired', () => {
  const gold = [entity(0, 2), entity(4, 8), entity(20, 22)];
  const answers = [entity(5, 8), entity(0, 2), entity(4, 5), entity(30, 31)];
  expect(align(gold, answers, near)).toEqual([
    { gold: 0, answer: 1, equal: true },
    { gold: 1, answer: 0, equal: false },
    { gold: 2, equal: false },
    { answer: 2, equal: false },
    { answer: 3, equal: false },
  ]);
});

it('prefers the same type to the better overlap', () => {
  expect(align([entity(0, 4, 'a')], [entity(0, 4, 'b'), entity(1, 4, 'a')], near)[0]).toEqual({
    gold: 0,
    answer: 1,
    equal: false,
  });
});

it('counts gold given twice once, and a repeated answer as superfluous', () => {
  const twice = [entity(0, 2), entity(0, 2)];
  expect(align(twice, [entity(0, 2)], near)).toEqual([{ gold: 0, answer: 0, equal: true }]);
  expect(align([entity(0, 2)], twice, near)).toEqual([
    { gold: 0, answer: 0, equal: true },
    { answer: 1, equal: false },
  ]);
});

it('uses every element exactly once', () => {
  const elements = fc.uniqueArray(
    fc
      .tuple(fc.nat(20), fc.integer({ min: 1, max: 5 }))
      .map(([start, length]) => entity(start, start + length)),
    { selector: ({ key }) => key, maxLength: 8 },
  );
  fc.assert(
    fc.property(elements, elements, (gold, answers) => {
      const aligned = align(gold, answers, near);
      const used = (side: 'gold' | 'answer') =>
        aligned.flatMap((pair) => pair[side] ?? []).sort((a, b) => a - b);
      expect(used('gold')).toEqual([...gold.keys()]);
      expect(used('answer')).toEqual([...answers.keys()]);
      for (const { gold: i, answer: j, equal } of aligned) {
        if (i !== undefined && j !== undefined) expect(gold[i].key === answers[j].key).toBe(equal);
      }
    }),
  );
});
