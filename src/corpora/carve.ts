import { UserError } from '../ground/errors.ts';
import { createRandom, shuffle } from '../ground/random.ts';
import type { Example } from '../tasks/examples.ts';

export interface Carved<E> {
  /** What stays, in the order given. */
  readonly kept: readonly E[];
  /** The share that was taken out, in the order given. */
  readonly held: readonly E[];
}

/**
 * Takes about `share` (between 0 and 1) of the examples out by a seeded rule: the groups, in order of
 * first appearance, are shuffled and held whole until they make up at least `share` of all examples.
 * Examples that share a group are never parted, and both sides get at least one group.
 * Throws a UserError (`too-few-groups`) where there are fewer than two groups.
 */
export function splitBySeed<E extends Pick<Example, 'id' | 'group'>>(
  examples: readonly E[],
  share: number,
  seed: number,
): Carved<E> {
  const groups = new Map<string, number[]>();
  examples.forEach(({ id, group }, index) => {
    const unit = group === undefined ? `id ${id}` : `group ${group}`;
    const members = groups.get(unit);
    if (members) members.push(index);
    else groups.set(unit, [index]);
  });
  if (groups.size < 2) {
    throw new UserError('too-few-groups', 'There are too few independent examples to split', {
      hint: 'Bring a separate file for the missing split.',
    });
  }
  const order = shuffle([...groups.values()], createRandom(seed, 'carve'));
  const taken = new Set<number>();
  for (const members of order.slice(0, -1)) {
    if (taken.size >= share * examples.length) break;
    for (const index of members) taken.add(index);
  }
  if (taken.size === 0) for (const index of order[0]) taken.add(index);
  return {
    kept: examples.filter((_, index) => !taken.has(index)),
    held: examples.filter((_, index) => taken.has(index)),
  };
}
