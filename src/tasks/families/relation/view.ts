import type { FamilyView } from '../view.ts';
import type { RelationTypes } from './types.ts';

const touches = (a: string, b: string): boolean => a.includes(b) || b.includes(a);

export const relationView: FamilyView<RelationTypes> = {
  blocks: ({ text }) => [{ text }],
  side: ({ triples }) => ({
    elements: triples.map(({ subject, predicate, object }) => ({
      label: predicate,
      surface: `${subject} → ${object}`,
      key: JSON.stringify([subject, predicate, object]),
    })),
  }),
  near(gold, answer) {
    if (gold.surface === answer.surface) return 2;
    const [a, b] = [gold, answer].map(({ surface }) => surface.split(' → '));
    return gold.label === answer.label && touches(a[0], b[0]) && touches(a[1], b[1]) ? 1 : 0;
  },
};
