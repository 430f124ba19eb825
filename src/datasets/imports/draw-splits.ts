import { readLineBatches } from '../../ground/files.ts';
import { familyOf } from '../../tasks/families/registry.ts';
import type { PlainRecord } from '../../tasks/families/shared/record.ts';
import type { SplitName, Task } from '../../tasks/task.ts';
import { createSets } from '../../text/disjoint-sets.ts';
import { longHash } from '../../text/hashing.ts';
import { createItemReader, readFileItems } from '../read.ts';
import { createSplit, hasGold } from '../split.ts';
import { divide, divideGroups, type Ratios } from './division.ts';
import { twinKeyOf } from './equal-twins.ts';
import { dropIds, type RecordFile, type SplitFiles } from './split-file.ts';

/** How records are divided. */
export interface Drawing {
  readonly ratios: Ratios;
  readonly seed: number;
}

/**
 * Divides the records of a pool between the files of splits, what depends on each other together: groups, pairs that
 * share a text, and twins. Where memory does not hold the pool, `dependence` has seen its records. Throws a UserError as
 * `divide` does.
 */
export async function drawSplits(
  { file, unique, records }: RecordFile,
  task: Task,
  { ratios, seed }: Drawing,
  files: SplitFiles,
  dependence: Dependence | undefined,
): Promise<void> {
  const splits = dependence
    ? divideGroups(records, dependence.groupOf, ratios, seed)
    : await divideHeld({ file, unique }, task, ratios, seed);
  let number = 0;
  for await (const lines of readLineBatches(file)) {
    for (const { text } of lines) {
      const split = splits[number++];
      const full = unique ? files.copy(split, text) : files.write(split, JSON.parse(text), true);
      if (full) await full;
    }
  }
}

async function divideHeld(
  { file, unique }: Pick<RecordFile, 'file' | 'unique'>,
  task: Task,
  ratios: Ratios,
  seed: number,
): Promise<SplitName[]> {
  const readable = unique ? file : `${file}.unnamed`;
  if (!unique) await dropIds(file, readable);
  const items = await readFileItems({ format: 'jsonl', path: readable, name: readable }, task);
  const pool = createSplit({ name: 'train', items, files: [], notices: [], synthetic: false });
  return divide(task, pool, ratios, seed);
}

/** The dependencies among streamed records, in some dozens of bytes each. */
export interface Dependence {
  /** Throws a UserError if the task's family cannot read a record. */
  see(value: PlainRecord): void;
  /** Keys of the records that stay together: groups, pairs that share a text, and texts that are equal as `twinKeyOf` compares. */
  groupOf(number: number): number;
  readonly labels: ReadonlySet<string>;
}

/** `most`: records that may come. */
export function createDependence(task: Task, most: number): Dependence {
  const sets = createSets(most);
  const [twin, group, text] = [1, 2, 3].map(() => createFirsts(sets.join));
  const { texts, labels } = familyOf(task);
  const linked = task.corpus.unit === 'linked-texts';
  const keyOf = twinKeyOf(task);
  const read = createItemReader(task, task.id);
  const found = new Set<string>();
  let number = 0;
  return {
    see({ id, ...value }) {
      const item = read({ value });
      if (hasGold(item)) {
        twin(keyOf(item), number);
        for (const label of labels(item)) found.add(label);
      }
      if (item.group !== undefined) group(longHash(item.group), number);
      if (linked) for (const one of texts(item.input)) text(longHash(one), number);
      number++;
    },
    groupOf: sets.find,
    labels: found,
  };
}

/** The first record with each key that records depend on. */
function createFirsts(join: (first: number, other: number) => void) {
  const firstWith = new Map<number, number>();
  return (key: number, number: number): void => {
    const first = firstWith.get(key);
    if (first === undefined) firstWith.set(key, number);
    else join(first, number);
  };
}
