import type { Element, FamilyView } from '../view.ts';
import { describeRelation, describeUnaligned, placesKey } from './answers.ts';
import type { CausalTypes } from './types.ts';

export const causalView: FamilyView<CausalTypes> = {
  blocks: ({ text }) => [{ text }],
  side: (answer, { text }) => ({
    elements: [
      ...answer.relations.map(
        (one): Element => ({
          label: one.relation,
          surface: describeRelation(one, text),
          key: placesKey(one),
        }),
      ),
      ...('unaligned' in answer ? (answer.unaligned ?? []) : []).map(
        (one): Element => ({
          label: one.relation,
          surface: describeUnaligned(one),
          key: describeUnaligned(one),
        }),
      ),
    ],
  }),
  near(gold, answer) {
    if (gold.surface === answer.surface) return 2;
    const [a, b] = [gold, answer].map(({ surface }) => surface.split(/ –.*?→ /));
    const touching = a.filter(
      (words, i) => b[i] !== undefined && (words.includes(b[i]) || b[i].includes(words)),
    );
    return gold.label === answer.label && touching.length === a.length ? 1 : 0;
  },
};
