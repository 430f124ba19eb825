import { createRandom, shuffle } from '../../ground/random.ts';

/**
 * Items of a seeded order until their tokens reach `limit`, in the order given; all of them where they do not, and one
 * at least. The first of a larger limit are those of a smaller one.
 */
export function withinBudget<T>(
  items: readonly T[],
  limit: number,
  tokensOf: (item: T) => number,
  seed: number,
): readonly T[] {
  const order = shuffle(Array.from(items.keys()), createRandom(seed, 'budget'));
  const taken = new Set<number>();
  let total = 0;
  for (const index of order) {
    total += tokensOf(items[index]);
    if (total > limit && taken.size > 0) break;
    taken.add(index);
  }
  return taken.size === items.length ? items : items.filter((_, index) => taken.has(index));
}
