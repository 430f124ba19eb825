import { familyOf } from '../tasks/families/registry.ts';
import type { Task } from '../tasks/task.ts';
import { createDistinctTexts } from '../text/distinct-texts.ts';
import { createTextStore, type TextStoreOptions } from '../text/text-store.ts';
import type { Item } from './split.ts';
import { linkNumbers } from './units.ts';

/** The independent units of examples that come one by one; disposing of it removes what is on disk. */
export interface UnitNumbers extends Disposable {
  add(item: Pick<Item, 'input' | 'group'>): void;
  /**
   * The units of the examples from the number `from` up to, not including, `to`, by numbers that are equal in a unit: -1
   * for an example that is its own. Pairs are linked through the texts of these examples only.
   */
  between(from: number, to: number): Int32Array;
}

/** Units as a task declares them. Throws a UserError if the disk is full. */
export function createUnitNumbers(task: Task, stored: TextStoreOptions = {}): UnitNumbers {
  return task.corpus.unit === 'linked-texts' ? createLinked(task, stored) : createNamed();
}

function createNamed(): UnitNumbers {
  const numbers = new Map<string, number>();
  const units: number[] = [];
  return {
    add({ group }) {
      let number = -1;
      if (group !== undefined) {
        number = numbers.get(group) ?? numbers.size;
        numbers.set(group, number);
      }
      units.push(number);
    },
    between: (from, to) => Int32Array.from(units.slice(from, to)),
    [Symbol.dispose]() {},
  };
}

function createLinked(task: Task, stored: TextStoreOptions): UnitNumbers {
  const { texts } = familyOf(task);
  const store = createTextStore(stored);
  const distinct = createDistinctTexts(store);
  const pairs: number[][] = [];
  return {
    add: ({ input }) => void pairs.push(texts(input).map(distinct.add)),
    between: (from, to) => linkNumbers(pairs.slice(from, to), distinct.size),
    [Symbol.dispose]: () => store[Symbol.dispose](),
  };
}
