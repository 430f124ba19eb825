import { readLineBatches } from '../../ground/files.ts';
import { familyOf } from '../../tasks/families/registry.ts';
import type { SplitName, Task } from '../../tasks/task.ts';
import { longHash } from '../../text/hashing.ts';
import { readFileItems, readItems } from '../read.ts';
import { createSplit, hasGold } from '../split.ts';
import { createSets } from '../units.ts';
import { divide, divideGroups, type Ratios } from './division.ts';
import { twinKeyOf } from './equal-twins.ts';
import { bytesOf, MOST_HELD } from './read-back.ts';
import { dropIds, type RecordFile, type SplitFiles } from './split-file.ts';

/**
 * Divides the records of a pool between the files of splits, what depends on each other together: groups, pairs that
 * share a text, and twins. Of a pool that memory does not hold, twins are those that are equal but for width, case, punctuation
 * and white space. Throws a UserError as `divide` does.
 */
export async function drawSplits(
  { file, unique, records }: RecordFile,
  task: Task,
  { ratios, seed }: { readonly ratios: Ratios; readonly seed: number },
  files: SplitFiles,
): Promise<void> {
  const readable = unique ? file : `${file}.unnamed`;
  if (!unique) await dropIds(file, readable);
  const isHeld = (await bytesOf([file])) <= MOST_HELD;
  const splits = isHeld
    ? await divideHeld(readable, task, ratios, seed)
    : divideGroups(records, await groupsOf(readable, task, records), ratios, seed);
  let number = 0;
  for await (const lines of readLineBatches(file)) {
    for (const { text } of lines) {
      const split = splits[number++];
      if (unique) await files.copy(split, text);
      else await files.write(split, JSON.parse(text), true);
    }
  }
}

async function divideHeld(file: string, task: Task, ratios: Ratios, seed: number): Promise<SplitName[]> {
  const items = await readFileItems({ format: 'jsonl', path: file, name: file }, task);
  const pool = createSplit({ name: 'train', items, files: [], notices: [], synthetic: false });
  return divide(task, pool, ratios, seed);
}

/** What records depend on, by a key: the first record that has it. */
function createFirsts(join: (first: number, other: number) => void) {
  const firstWith = new Map<number, number>();
  return (key: number, number: number): void => {
    const first = firstWith.get(key);
    if (first === undefined) firstWith.set(key, number);
    else join(first, number);
  };
}

/** What names the records that stay together, by number; in memory of some dozens of bytes for a record. */
async function groupsOf(file: string, task: Task, count: number): Promise<(number: number) => number> {
  const sets = createSets(count);
  const [twin, group, text] = [1, 2, 3].map(() => createFirsts(sets.join));
  const keyOf = twinKeyOf(task);
  const { texts } = familyOf(task);
  const linked = task.corpus.unit === 'linked-texts';
  let number = 0;
  for await (const items of readItems({ format: 'jsonl', path: file, name: file }, task)) {
    for (const item of items) {
      if (hasGold(item)) twin(keyOf(item), number);
      if (item.group !== undefined) group(longHash(item.group), number);
      if (linked) for (const one of texts(item.input)) text(longHash(one), number);
      number++;
    }
  }
  return sets.find;
}
