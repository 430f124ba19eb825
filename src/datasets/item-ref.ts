import type { SplitName } from '../tasks/task.ts';

/** An item of a corpus by split and id: what is kept about a corpus names its items and never copies a text. */
export interface ItemRef {
  readonly split: SplitName;
  readonly id: string;
}

/** As people write it: `test:12`. */
export const formatRef = ({ split, id }: ItemRef): string => `${split}:${id}`;
