import type { Example } from '../tasks/examples.ts';
import { familyOf } from '../tasks/families/registry.ts';
import type { Task } from '../tasks/task.ts';
import { createSets } from '../text/disjoint-sets.ts';
import type { Split } from './split.ts';

/** The fields that identify the independent unit of an example. */
export type Grouped = Pick<Example, 'id' | 'group'>;

/** The key of an example's independent unit: its group, or itself. A group is never confused with an id. */
export const unitKey = ({ id, group }: Grouped): string => (group === undefined ? `i${id}` : `g${group}`);

/** Indices of the examples that are one independent unit. */
export type Unit = readonly number[];

/** The independent units of examples, in their order. */
export function unitsOf(examples: readonly Grouped[]): number[][] {
  const units = new Map<string, number[]>();
  for (const [index, example] of examples.entries()) {
    const key = unitKey(example);
    const unit = units.get(key);
    if (unit) unit.push(index);
    else units.set(key, [index]);
  }
  return [...units.values()];
}

/** Independent units by number, from 0 in the order in which they first appear. */
export interface NumberedUnits {
  readonly count: number;
  /** By example. */
  readonly numbers: Int32Array;
}

/** The independent units of examples by number. */
export function numberUnits(examples: readonly Grouped[]): NumberedUnits {
  const known = new Map<string, number>();
  const numbers = Int32Array.from(examples, (example) => {
    const key = unitKey(example);
    const number = known.get(key) ?? known.size;
    known.set(key, number);
    return number;
  });
  return { count: known.size, numbers };
}

/** Renumbers units, of which -1 is that of an example that is its own. Takes 4 bytes of an example and 4 of a unit. */
export function renumberUnits(units: Int32Array): NumberedUnits {
  const known = new Int32Array(1 + units.reduce((most, unit) => Math.max(most, unit), -1)).fill(-1);
  let count = 0;
  const numbers = units.map((unit) => {
    if (unit < 0) return count++;
    if (known[unit] < 0) known[unit] = count++;
    return known[unit];
  });
  return { count, numbers };
}

/**
 * Groups pairs that share a text, on either side and through any number of steps: the connected
 * components of the graph whose vertices are texts and whose edges are pairs.
 *
 * In cMedQQ the same search query occurs in up to 54 pairs, sometimes on the left and sometimes on the right, so
 * neither the pair nor its first text is independent of the rest; a component is. (Components: 1 525
 * for the 1 935 pairs of test, the largest of 13.)
 *
 * Returns one name for each pair, equal exactly within a component: the number of its first pair.
 */
export function linkTexts(pairs: readonly (readonly string[])[]): string[] {
  const numbers = new Map<string, number>();
  const numberOf = (text: string): number => {
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    return number;
  };
  const numbered = pairs.map((texts) => texts.map(numberOf));
  return Array.from(linkNumbers(numbered, numbers.size), String);
}

/** As `linkTexts`, of texts by number, which are below `count`: by pair, the number of the first of its component. */
export function linkNumbers(pairs: readonly (readonly number[])[], count: number): Int32Array {
  const sets = createSets(pairs.length);
  const firstWith = new Int32Array(count).fill(-1);
  for (const [pair, texts] of pairs.entries()) {
    for (const text of texts) {
      if (firstWith[text] < 0) firstWith[text] = pair;
      else sets.join(firstWith[text], pair);
    }
  }
  return Int32Array.from(pairs, (_, pair) => sets.find(pair));
}

/**
 * The independent unit of every example of several splits, by names that mean the same in all of them; undefined
 * for an example that is its own. A split names its units for itself only: where pairs are linked through
 * their texts, they are linked again over all splits.
 */
export function commonUnits(
  task: Task,
  splits: readonly Pick<Split, 'examples'>[],
): (string | undefined)[][] {
  if (task.corpus.unit !== 'linked-texts')
    return splits.map(({ examples }) => examples.map(({ group }) => group));
  const { texts } = familyOf(task);
  const names = linkTexts(splits.flatMap(({ examples }) => examples.map(({ input }) => texts(input))));
  let from = 0;
  return splits.map(({ examples }) => {
    from += examples.length;
    return names.slice(from - examples.length, from);
  });
}
