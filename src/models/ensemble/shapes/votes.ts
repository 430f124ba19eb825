import type { FamilyId, Gold, Prediction } from '../../../tasks/examples.ts';
import { placesKey } from '../../../tasks/families/causal/answers.ts';
import type { CausalRelation } from '../../../tasks/families/causal/types.ts';
import type { Triple } from '../../../tasks/families/relation/types.ts';
import { chosen, collect, type Shape } from '../shape.ts';

/** A family whose answers are sets of independent items. */
interface Items<F extends FamilyId, Item> {
  of(answer: Gold<F> | Prediction<F>): readonly Item[];
  keyOf(item: Item): string;
  classOf(item: Item): string;
  prediction(items: readonly Item[]): Prediction<F>;
  /** If no item reaches the threshold, the one with the highest score is returned. */
  readonly never?: 'empty';
}

/** Sets of items, by the votes of members. */
const voteShape = <F extends FamilyId, Item>({
  of,
  keyOf,
  classOf,
  prediction,
  never,
}: Items<F, Item>): Shape<F> => ({
  rule: 'set',
  scored: () => false,
  exclusive: () => [false],
  threshold: () => true,
  propose(_input, said) {
    const given = said.map((one) => (one ? of(one) : []).map((item) => ({ item, value: 1 })));
    const { items, values } = collect(said.length, given, keyOf);
    return {
      classes: items.map(classOf),
      values,
      right(gold) {
        const keys = new Set(of(gold).map(keyOf));
        return Float64Array.from(items, (item) => Number(keys.has(keyOf(item))));
      },
      decide(scores, threshold) {
        const reaching = chosen(scores, threshold);
        const kept =
          reaching.length === 0 && never === 'empty'
            ? chosen(scores, Number.NEGATIVE_INFINITY).slice(0, 1)
            : reaching.sort((a, b) => a - b);
        return prediction(kept.map((i) => items[i]));
      },
    };
  },
});

export const tripleShape = voteShape<'relation', Triple>({
  of: ({ triples }) => triples,
  keyOf: ({ subject, predicate, object }) => JSON.stringify([subject, predicate, object]),
  classOf: ({ predicate }) => predicate,
  prediction: (triples) => ({ triples }),
});

/** Equal where labels and places are. */
export const causeShape = voteShape<'causal', CausalRelation>({
  of: ({ relations }) => relations,
  keyOf: placesKey,
  classOf: ({ relation }) => relation,
  prediction: (relations) => ({ relations }),
});

/** Standard terms; a text has one at least. */
export const termShape = voteShape<'normalisation', string>({
  of: ({ terms }) => terms,
  keyOf: (term) => term,
  classOf: () => 'term',
  prediction: (terms) => ({ terms }),
  never: 'empty',
});
