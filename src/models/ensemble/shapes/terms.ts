import { chosen, collect, type Shape } from '../shape.ts';

/** Standard terms, by the votes of members: where none reaches the threshold, the one with the highest score. */
export const termShape: Shape<'normalisation'> = {
  rule: 'set',
  scored: () => false,
  exclusive: () => [false],
  threshold: () => true,
  propose(_input, said) {
    const given = said.map((prediction) => (prediction?.terms ?? []).map((item) => ({ item, value: 1 })));
    const { items, values } = collect(said.length, given, (term) => term);
    return {
      classes: items.map(() => 'term'),
      values,
      right: ({ terms }) => Float64Array.from(items, (term) => Number(terms.includes(term))),
      decide(scores, threshold) {
        const some = chosen(scores, threshold);
        const best = some.length > 0 ? some : chosen(scores, Number.NEGATIVE_INFINITY).slice(0, 1);
        return { terms: best.map((i) => items[i]) };
      },
    };
  },
};
