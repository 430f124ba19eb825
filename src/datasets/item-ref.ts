import type { SplitName } from '../tasks/task.ts';

/** An item of a corpus by split and id: what is kept about a corpus names its items and never copies a text. */
export interface ItemRef {
  readonly split: SplitName;
  readonly id: string;
}

/** As people write it: `test:12`. */
export const formatRef = ({ split, id }: ItemRef): string => `${split}:${id}`;

/** The items of a corpus by number, in the order in which they came, split by split. */
export interface ItemList {
  readonly size: number;
  add(ref: ItemRef): void;
  refOf(number: number): ItemRef;
  /** The numbers of a split: from the first up to, not including, the last. */
  rangeOf(split: SplitName): readonly [from: number, to: number];
}

export function createItemList(): ItemList {
  const ids: string[] = [];
  const ranges: { readonly split: SplitName; readonly from: number; to: number }[] = [];
  return {
    get size() {
      return ids.length;
    },
    add({ split, id }) {
      let range = ranges.at(-1);
      if (range?.split !== split) {
        range = { split, from: ids.length, to: ids.length };
        ranges.push(range);
      }
      range.to++;
      ids.push(id);
    },
    refOf(number) {
      const range = ranges.find(({ to }) => number < to);
      if (!range) throw new Error(`no item ${number}`);
      return { split: range.split, id: ids[number] };
    },
    rangeOf(split) {
      const { from, to } = ranges.find((range) => range.split === split) ?? { from: 0, to: 0 };
      return [from, to];
    },
  };
}
