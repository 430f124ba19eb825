import { createSets, type Sets } from './disjoint-sets.ts';

/** Two texts and the exact Jaccard similarity of their shingles. */
export interface Pair {
  readonly a: number;
  readonly b: number;
  readonly similarity: number;
}

/** The verified pair of two texts; undefined if they are not alike. */
export type Compare = (x: number, y: number) => Pair | undefined;

/** Cost of work in units of comparisons: looking at a candidate, and comparing the residuals of two texts of a template. */
export const COST = { look: 1 / 64, residual: 1 / 8, compare: 1 } as const;

/** Groups of texts as they are joined: only pairs matter that join two groups, or are the first twin of a kind for a text. */
export interface Joining {
  readonly sets: Sets;
  /** Which splits a text occurs in, as a number of that set of splits. */
  readonly kindOf: readonly number[];
  readonly kinds: number;
  /** Whether comparing two texts can still matter. Once it cannot, it never can again. */
  matters(x: number, y: number): boolean;
  /** Whether a twin of a kind was found for a text. */
  hasTwin(x: number, kind: number): boolean;
  hasAllTwins(x: number): boolean;
  /** Compares two texts; if they are alike, joins their groups and keeps the pair. */
  tryJoin(x: number, y: number): boolean;
  spend(cost: number): void;
  /** Whether more than a share of the budget is spent; once it is, the result is partial. */
  isBeyond(share: number): boolean;
  readonly pairs: readonly Pair[];
  readonly isPartial: boolean;
}

/** `occurs`: by text, the splits that it occurs in, as bits. */
export function createJoining(compare: Compare, occurs: readonly number[], budget: number): Joining {
  const all = [...new Set(occurs)];
  const numbers = new Map(all.map((splits, number) => [splits, number]));
  const kindOf = occurs.map((splits) => numbers.get(splits) ?? 0);
  const everything = 2 ** all.length - 1;
  const sets = createSets(occurs.length);
  const known = new Uint32Array(occurs.length);
  const pairs: Pair[] = [];
  let spent = 0;
  let isPartial = false;
  const hasTwin = (x: number, kind: number): boolean => ((known[x] >>> kind) & 1) === 1;
  return {
    ...{ sets, kindOf, kinds: all.length, pairs, hasTwin },
    matters: (x, y) => !hasTwin(x, kindOf[y]) || !hasTwin(y, kindOf[x]) || sets.find(x) !== sets.find(y),
    hasAllTwins: (x) => known[x] === everything,
    tryJoin(x, y) {
      spent += COST.compare;
      const pair = compare(x, y);
      if (!pair) return false;
      pairs.push(pair);
      sets.join(x, y);
      known[x] |= 1 << kindOf[y];
      known[y] |= 1 << kindOf[x];
      return true;
    },
    spend(cost) {
      spent += cost;
    },
    isBeyond(share) {
      if (spent < budget * share) return false;
      isPartial = true;
      return true;
    },
    get isPartial() {
      return isPartial;
    },
  };
}
