import type { Sequence } from '../../encoders/inference/sequences.ts';
import { createRandom, shuffle } from '../../ground/random.ts';
import type { Example, FamilyId } from '../../tasks/examples.ts';
import type { FitRequest } from '../contract.ts';
import type { BertParameters } from './parameters.ts';
import type { FamilyPlan } from './plan.ts';

/**
 * Items in a seeded order until their tokens reach `limit`, returned in the order given; all of them where they do not,
 * and at least one. The sample of a larger limit contains that of a smaller one.
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

/** The examples that the parameter `tokenBudget` leaves: its share for one pass over train, and as much of dev. */
export function sampleExamples<F extends FamilyId>(
  {
    train,
    dev,
    seed,
    parameters,
  }: Pick<FitRequest<F, BertParameters>, 'train' | 'dev' | 'seed' | 'parameters'>,
  plan: FamilyPlan<F>,
): Pick<FitRequest<F>, 'train' | 'dev'> {
  const { tokenBudget, epochs, copies } = parameters;
  if (tokenBudget === undefined) return { train, dev };
  const limit = tokenBudget / (epochs * (1 + copies));
  return plan.use(({ items, ask }) => {
    const learning = (example: Example<F>): number =>
      countTokens(items([example]).flatMap(({ rows }) => rows.map(({ sequence }) => sequence)));
    const asking = ({ input }: Example<F>): number => countTokens(ask(input).sequences);
    return {
      train: withinBudget(train, limit, learning, seed),
      dev: withinBudget(dev, limit, asking, seed),
    };
  });
}

const countTokens = (sequences: readonly Sequence[]): number =>
  sequences.reduce((sum, { ids }) => sum + ids.length, 0);
