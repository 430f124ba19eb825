import { f1, figures } from './class-scores.ts';
import type { Metric } from './metric.ts';

export interface RelationTriple {
  readonly subject: string;
  readonly predicate: string;
  readonly object: string;
}

export const sameTriple = (a: RelationTriple, b: RelationTriple): boolean =>
  a.subject === b.subject && a.object === b.object && a.predicate === b.predicate;

const touches = (a: string, b: string): boolean =>
  a.length > 0 && b.length > 0 && (a.length >= b.length ? a.includes(b) : b.includes(a));

/** Equal predicates, and of both subjects and both objects one contains the other. Nothing matches an empty text. */
export const relaxedTriple = (a: RelationTriple, b: RelationTriple): boolean =>
  a.predicate === b.predicate && touches(a.subject, b.subject) && touches(a.object, b.object);

/**
 * Size of the largest one-to-one matching between `left` and `right` (Kuhn's augmenting paths), independent of the order of
 * either.
 */
export function largestMatching<L, R>(
  left: readonly L[],
  right: readonly R[],
  fits: (l: L, r: R) => boolean,
): number {
  const partner = new Int32Array(right.length).fill(-1);
  const seen = new Int32Array(right.length).fill(-1);
  const place = (l: number, round: number): boolean => {
    for (let r = 0; r < right.length; r++) {
      if (seen[r] === round || !fits(left[l], right[r])) continue;
      seen[r] = round;
      if (partner[r] < 0 || place(partner[r], round)) {
        partner[r] = l;
        return true;
      }
    }
    return false;
  };
  let size = 0;
  for (let l = 0; l < left.length; l++) if (place(l, l)) size++;
  return size;
}

/** Micro F1 of triples under `relaxedTriple`, by the largest one-to-one matching. Gold is a set. */
export function relaxedTripleF1<Item>(
  gold: (item: Item) => readonly RelationTriple[],
  predicted: (item: Item) => readonly RelationTriple[],
): Metric<Item> {
  return {
    width: 3,
    count(unit, counts, offset) {
      for (const item of unit) {
        const answers = predicted(item);
        const distinct = gold(item).filter(
          (triple, i, all) => all.findIndex((t) => sameTriple(t, triple)) === i,
        );
        counts[offset] += largestMatching(answers, distinct, relaxedTriple);
        counts[offset + 1] += answers.length;
        counts[offset + 2] += distinct.length;
      }
    },
    value: (counts) => f1(counts[0], counts[1], counts[2]),
    details: (counts) => figures(counts[0], counts[1], counts[2]),
  };
}
