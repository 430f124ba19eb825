import { counted } from '../../ground/counted.ts';
import { UserError } from '../../ground/errors.ts';
import { createRandom, shuffle } from '../../ground/random.ts';
import { type Grouped, type NumberedUnits, numberUnits, unitsOf } from '../units.ts';

export interface Carved<E> {
  /** The remaining items, in the given order. */
  readonly kept: readonly E[];
  /** The share held out, in the given order. */
  readonly held: readonly E[];
}

/**
 * Takes about `share` (between 0 and 1) of the examples out by a seeded rule: the groups, in order of
 * first appearance, are shuffled and held whole until they make up at least `share` of all examples.
 * Examples that share a group are never separated, and both sides get at least one group.
 * Throws a UserError (`too-few-groups`) if there are fewer than two groups.
 */
export function splitBySeed<E extends Grouped>(
  examples: readonly E[],
  share: number,
  seed: number,
): Carved<E> {
  const isHeld = heldBySeed(numberUnits(examples), share, seed);
  return {
    kept: examples.filter((_, index) => !isHeld[index]),
    held: examples.filter((_, index) => isHeld[index]),
  };
}

/** Which examples `splitBySeed` takes out, as 1, by their units: for examples that are not in memory. Throws as it does. */
export function heldBySeed({ count, numbers }: NumberedUnits, share: number, seed: number): Uint8Array {
  if (count < 2) throw tooFewGroups(count, 2);
  const sizes = new Int32Array(count);
  for (const unit of numbers) sizes[unit]++;
  const order = shuffledNumbers(count, seed);
  const isUnitHeld = new Uint8Array(count);
  let held = 0;
  for (const unit of order.slice(0, -1)) {
    if (held >= share * numbers.length) break;
    isUnitHeld[unit] = 1;
    held += sizes[unit];
  }
  if (held === 0) isUnitHeld[order[0]] = 1;
  const isHeld = new Uint8Array(numbers.length);
  for (let i = 0; i < numbers.length; i++) isHeld[i] = isUnitHeld[numbers[i]];
  return isHeld;
}

/**
 * Divides the examples into `parts` of nearly equal size by a seeded rule, whole groups each: the largest
 * groups first, each to the part that is smallest so far. Throws a UserError if there are fewer groups.
 */
export function divideByGroup<E extends Grouped>(examples: readonly E[], parts: number, seed: number): E[][] {
  const units = unitsOf(examples);
  if (units.length < parts) throw tooFewGroups(units.length, parts);
  const order = shuffledNumbers(units.length, seed)
    .map((unit) => units[unit])
    .sort((a, b) => b.length - a.length);
  const divided: number[][] = Array.from({ length: parts }, () => []);
  for (const members of order) {
    const smallest = divided.reduce((least, part) => (part.length < least.length ? part : least));
    for (const member of members) smallest.push(member);
  }
  return divided.map((indices) => indices.sort((a, b) => a - b).map((index) => examples[index]));
}

/** The numbers below `count` in seeded order. */
const shuffledNumbers = (count: number, seed: number): number[] =>
  shuffle(
    Array.from({ length: count }, (_, number) => number),
    createRandom(seed, 'carve'),
  );

const tooFewGroups = (found: number, parts: number): UserError =>
  new UserError(
    'too-few-groups',
    {
      en: `${counted(found, 'independent example')}: too few to divide into ${parts} splits`,
      zh: `独立样本只有 ${found} 个，无法分成 ${parts} 个划分`,
    },
    {
      hint: {
        en: 'Bring more examples, or a separate file for each split.',
        zh: '请增加样本，或为每个划分分别准备文件。',
      },
    },
  );
