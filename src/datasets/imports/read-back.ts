import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { familyOf } from '../../tasks/families/registry.ts';
import type { SplitName, Task } from '../../tasks/task.ts';
import { MOST_HELD } from '../passes.ts';
import { readItems } from '../read.ts';
import { createSplit, hasGold, type Item, type Split } from '../split.ts';
import { twinKeyOf } from './equal-twins.ts';

/** A record as it was read. */
export interface Sample {
  readonly split: SplitName;
  readonly texts: readonly string[];
  readonly gold: string;
}

/** The content of a result, as every command will read it. */
export interface ReadBack {
  readonly labels: readonly string[];
  readonly samples: readonly Sample[];
  /** The splits themselves; undefined if they are too large to be held in memory. */
  readonly whole: readonly Split[] | undefined;
  /** Examples of dev and test that are equal to one of an earlier split as `twinKeyOf` compares; null if a split has no gold. */
  readonly equalLeaks: number | null;
}

const SAMPLES = 3;

/** Bytes of the files of a result. */
async function bytesOf(files: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const file of files) bytes += (await stat(file)).size;
  return bytes;
}

interface Known {
  /** Labels of records that were read before they were divided. */
  readonly known?: ReadonlySet<string>;
  readonly mostHeld?: number;
  readonly signal?: AbortSignal;
}

/**
 * Reads what was written, in constant memory but for `whole`. Records whose labels are `known` are not read again but for samples; equal ones are in one split. Throws a UserError if a record cannot be read.
 */
export async function readBack(
  task: Task,
  names: readonly SplitName[],
  folder: string,
  { known, mostHeld = MOST_HELD, signal }: Known,
): Promise<ReadBack> {
  const files = names.map((name) => ({ name, path: join(folder, `${name}.jsonl`) }));
  const samples = await firstSamples(task, files);
  if (known) return { labels: [...known].sort(), samples, whole: undefined, equalLeaks: 0 };
  const isSmall = (await bytesOf(files.map(({ path }) => path))) <= mostHeld;
  const { labels } = familyOf(task);
  const found = new Set<string>();
  const whole: Split[] = [];
  const leaks = isSmall ? undefined : createLeakCount(task);
  for (const { name, path } of files) {
    const kept: Item[] = [];
    for await (const items of readItems({ format: 'jsonl', path, name: path }, task)) {
      signal?.throwIfAborted();
      for (const item of items) {
        if (hasGold(item)) for (const label of labels(item)) found.add(label);
        leaks?.see(item, name);
      }
      if (isSmall) for (const item of items) kept.push(item);
    }
    whole.push(createSplit({ name, items: kept, files: [], notices: [], synthetic: false }));
  }
  return {
    ...{ labels: [...found].sort(), samples },
    whole: isSmall ? whole : undefined,
    equalLeaks: leaks?.count() ?? null,
  };
}

interface SplitPath {
  readonly name: SplitName;
  readonly path: string;
}

/** The first records of the first splits, as people see them. */
async function firstSamples(task: Task, files: readonly SplitPath[]): Promise<Sample[]> {
  const { texts, brief } = familyOf(task);
  const samples: Sample[] = [];
  for (const { name: split, path } of files) {
    for await (const items of readItems({ format: 'jsonl', path, name: path }, task)) {
      for (const item of items.slice(0, SAMPLES - samples.length)) {
        const gold = hasGold(item) ? brief(item.gold, item.input) : '';
        samples.push({ split, texts: texts(item.input), gold });
      }
      if (samples.length === SAMPLES) return samples;
    }
  }
  return samples;
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
