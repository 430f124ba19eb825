import { createRandom, shuffle } from '../ground/random.ts';

/** The seed of every sample: all models are evaluated on the same one. */
const SAMPLE_SEED = 0;

/** `limit` of the items, drawn at random, in their own order; all of them where there are no more. */
export function sampleOf<T>(items: readonly T[], limit: number | undefined): readonly T[] {
  if (limit === undefined || limit >= items.length) return items;
  const drawn = shuffle(Array.from(items.keys()), createRandom(SAMPLE_SEED, 'limit')).slice(0, limit);
  return drawn.sort((a, b) => a - b).map((index) => items[index]);
}
