import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { familyOf } from '../../tasks/families/registry.ts';
import type { SplitName, Task } from '../../tasks/task.ts';
import { readItems } from '../read.ts';
import { createSplit, hasGold, type Item, type Split } from '../split.ts';
import { twinKeyOf } from './equal-twins.ts';

/** A record as it was read. */
export interface Sample {
  readonly split: SplitName;
  readonly texts: readonly string[];
  readonly gold: string;
}

/** What a result holds, read as every command will read it. */
export interface ReadBack {
  readonly labels: readonly string[];
  readonly splits: Readonly<Partial<Record<SplitName, number>>>;
  readonly samples: readonly Sample[];
  /** The splits themselves; undefined where they are too large to be held in memory. */
  readonly whole: readonly Split[] | undefined;
  /** Examples of dev and test that are equal to one of an earlier split as `twinKeyOf` compares; null where a split has no gold. */
  readonly equalLeaks: number | null;
}

const SAMPLES = 3;
/** Bytes of all splits that are held in memory together. */
export const MOST_HELD = 64 * 1024 * 1024;

/** Bytes of the files of a result. */
export async function bytesOf(files: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const file of files) bytes += (await stat(file)).size;
  return bytes;
}

/** Reads what was written, in constant memory but for `whole`. Throws a UserError where a record cannot be read. */
export async function readBack(task: Task, names: readonly SplitName[], folder: string): Promise<ReadBack> {
  const pathOf = (name: SplitName): string => join(folder, `${name}.jsonl`);
  const isSmall = (await bytesOf(names.map(pathOf))) <= MOST_HELD;
  const { texts, brief, labels } = familyOf(task);
  const found = new Set<string>();
  const samples: Sample[] = [];
  const sizes: [SplitName, number][] = [];
  const whole: Split[] = [];
  const leaks = isSmall ? undefined : createLeakCount(task);
  for (const split of names) {
    const kept: Item[] = [];
    const path = pathOf(split);
    let size = 0;
    for await (const items of readItems({ format: 'jsonl', path, name: path }, task)) {
      size += items.length;
      for (const item of items) {
        if (hasGold(item)) for (const label of labels(item)) found.add(label);
        leaks?.see(item, split);
        if (samples.length < SAMPLES) {
          const gold = hasGold(item) ? brief(item.gold, item.input) : '';
          samples.push({ split, texts: texts(item.input), gold });
        }
      }
      if (isSmall) for (const item of items) kept.push(item);
    }
    sizes.push([split, size]);
    whole.push(createSplit({ name: split, items: kept, files: [], notices: [], synthetic: false }));
  }
  return {
    ...{ labels: [...found].sort(), splits: Object.fromEntries(sizes), samples },
    whole: isSmall ? whole : undefined,
    equalLeaks: leaks?.count() ?? null,
  };
}

/** Counts examples that have a twin in a split that was seen before their own. */
function createLeakCount(task: Task) {
  const keyOf = twinKeyOf(task);
  const firstIn = new Map<number, SplitName>();
  let [leaked, allGold] = [0, true];
  return {
    see(item: Item, split: SplitName): void {
      if (!hasGold(item)) allGold = false;
      else {
        const key = keyOf(item);
        const first = firstIn.get(key);
        if (first === undefined) firstIn.set(key, split);
        else if (first !== split) leaked++;
      }
    },
    count: (): number | null => (allGold ? leaked : null),
  };
}
