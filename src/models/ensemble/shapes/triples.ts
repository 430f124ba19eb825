import type { Triple } from '../../../tasks/families/relation/types.ts';
import { chosen, collect, type Shape } from '../shape.ts';

const keyOf = ({ subject, predicate, object }: Triple): string =>
  JSON.stringify([subject, predicate, object]);

/** Triples, by the votes of members. */
export const tripleShape: Shape<'relation'> = {
  rule: 'set',
  scored: () => false,
  exclusive: () => [false],
  threshold: () => true,
  propose(_input, said) {
    const given = said.map((prediction) => (prediction?.triples ?? []).map((item) => ({ item, value: 1 })));
    const { items, values } = collect(said.length, given, keyOf);
    return {
      classes: items.map(({ predicate }) => predicate),
      values,
      right({ triples }) {
        const keys = new Set(triples.map(keyOf));
        return Float64Array.from(items, (item) => Number(keys.has(keyOf(item))));
      },
      decide: (scores, threshold) => ({
        triples: chosen(scores, threshold)
          .sort((a, b) => a - b)
          .map((i) => items[i]),
      }),
    };
  },
};
