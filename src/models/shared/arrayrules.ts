import type { Text } from '../../ground/language.ts';

/** Invariants of an array of a model file, so that its users never read out of bounds or loop forever. */
export interface ArrayRule {
  /** Its exact length. */
  readonly length?: number;
  /** Numbers are at least this… */
  readonly from?: number;
  /** …and below this. */
  readonly below?: number;
  /** It begins with 0, never falls and ends with this: where rows begin, and where the last one ends. */
  readonly endsAt?: number;
  /** Number `i` is below `i`, but for the first, which is 0: a forest without circles. */
  readonly isForest?: boolean;
}

type Numbers = ArrayLike<number> & {
  readonly every: (test: (value: number, i: number) => boolean) => boolean;
};

/** The first array that breaks its rule, with what is wrong with it; undefined if all are as they should be. */
export function brokenRule<Name extends string>(
  arrays: Readonly<Record<Name, Numbers>>,
  rules: Readonly<Partial<Record<Name, ArrayRule>>>,
): { readonly name: Name; readonly what: Text } | undefined {
  for (const name in rules) {
    const rule = rules[name];
    const what = rule && faultOf(arrays[name], rule);
    if (what) return { name, what };
  }
  return undefined;
}

function faultOf(array: Numbers, { length, from, below, endsAt, isForest }: ArrayRule): Text | undefined {
  if (length !== undefined && array.length !== length)
    return {
      en: `it has ${array.length} numbers, not ${length}`,
      zh: `共 ${array.length} 个数，应为 ${length} 个`,
    };
  const [least, end] = [from ?? Number.NEGATIVE_INFINITY, below ?? Number.POSITIVE_INFINITY];
  if (!array.every((value) => value >= least && value < end)) return OUTSIDE;
  if (endsAt !== undefined && !isRising(array, endsAt)) return CONTRADICTS;
  if (isForest && !array.every((value, i) => value >= 0 && value < Math.max(1, i))) return CONTRADICTS;
  return undefined;
}

const isRising = (array: Numbers, end: number): boolean =>
  array[0] === 0 &&
  array[array.length - 1] === end &&
  array.every((value, i) => i === 0 || value >= array[i - 1]);

const OUTSIDE: Text = { en: 'a number lies outside its range', zh: '有数值超出范围' };
const CONTRADICTS: Text = { en: 'its numbers contradict each other', zh: '数值互相矛盾' };
