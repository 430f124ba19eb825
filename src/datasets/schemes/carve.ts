import { UserError } from '../../ground/errors.ts';
import { createRandom, shuffle } from '../../ground/random.ts';
import { type Grouped, unitsOf } from '../units.ts';

export interface Carved<E> {
  /** What stays, in the order given. */
  readonly kept: readonly E[];
  /** The share that was taken out, in the order given. */
  readonly held: readonly E[];
}

/**
 * Takes about `share` (between 0 and 1) of the examples out by a seeded rule: the groups, in order of
 * first appearance, are shuffled and held whole until they make up at least `share` of all examples.
 * Examples that share a group are never separated, and both sides get at least one group.
 * Throws a UserError (`too-few-groups`) where there are fewer than two groups.
 */
export function splitBySeed<E extends Grouped>(
  examples: readonly E[],
  share: number,
  seed: number,
): Carved<E> {
  const order = shuffledGroups(examples, 2, seed);
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

/**
 * Divides the examples into `parts` of nearly equal size by a seeded rule, whole groups each: the largest
 * groups first, each to the part that is smallest so far. Throws a UserError where there are fewer groups.
 */
export function divideByGroup<E extends Grouped>(examples: readonly E[], parts: number, seed: number): E[][] {
  const order = shuffledGroups(examples, parts, seed).sort((a, b) => b.length - a.length);
  const divided: number[][] = Array.from({ length: parts }, () => []);
  for (const members of order) {
    const smallest = divided.reduce((least, part) => (part.length < least.length ? part : least));
    smallest.push(...members);
  }
  return divided.map((indices) => indices.sort((a, b) => a - b).map((index) => examples[index]));
}

/** Indices of the examples of every group, groups in seeded order. */
function shuffledGroups(examples: readonly Grouped[], atLeast: number, seed: number): number[][] {
  const units = unitsOf(examples);
  if (units.length < atLeast) {
    throw new UserError(
      'too-few-groups',
      { en: 'There are too few independent examples to split', zh: '独立样本过少，无法划分' },
      { hint: { en: 'Bring a separate file for the missing split.', zh: '请为缺少的划分另备文件。' } },
    );
  }
  return shuffle(units, createRandom(seed, 'carve'));
}
