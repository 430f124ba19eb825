import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readLineBatches } from '../../ground/files.ts';
import type { PlainRecord } from '../../tasks/families/shared/record.ts';
import { SPLITS, type SplitName } from '../../tasks/task.ts';
import { createLineWriter } from './lines.ts';

/** Records on their way to a file. */
export interface RecordFile extends AsyncDisposable {
  readonly file: string;
  readonly records: number;
  /** Whether every record has an id of its own. */
  readonly unique: boolean;
  write(value: PlainRecord): Promise<void> | undefined;
  close(): Promise<void>;
}

/** Begins a file of records. Throws a UserError where it cannot be written. */
export async function createRecordFile(file: string): Promise<RecordFile> {
  const writer = await createLineWriter(file);
  const ids = new Set<unknown>();
  let [records, allNamed] = [0, true];
  return {
    file,
    get records() {
      return records;
    },
    get unique() {
      return allNamed && ids.size === records;
    },
    write(value) {
      records++;
      if (value.id === undefined) allNamed = false;
      else if (allNamed) ids.add(value.id);
      return writer.write(JSON.stringify(value));
    },
    close: () => writer.close(),
    [Symbol.asyncDispose]: () => writer[Symbol.asyncDispose](),
  };
}

/** The files of the splits of a result, each begun with its first record. */
export interface SplitFiles extends AsyncDisposable {
  write(split: SplitName, value: PlainRecord, hasGold: boolean): Promise<void>;
  /**
   * Leaves in each file the records that have gold, or all where none has, with unique ids or without any. Returns the
   * splits that have a file, in the order train, dev, test.
   */
  close(): Promise<SplitName[]>;
}

export function createSplitFiles(folder: string): SplitFiles {
  const files = new Map<string, RecordFile>();
  const open = async (name: string): Promise<RecordFile> => {
    const file = files.get(name) ?? (await createRecordFile(join(folder, name)));
    files.set(name, file);
    return file;
  };
  const finish = async (split: SplitName): Promise<boolean> => {
    const [withGold, without] = [files.get(nameOf(split)), files.get(withoutGold(split))];
    const kept = withGold ?? without;
    if (!kept) return false;
    if (without && kept !== without) await rm(without.file);
    const target = join(folder, nameOf(split));
    if (kept === without) await rename(without.file, target);
    if (!kept.unique) await dropIds(target, target);
    return true;
  };
  return {
    async write(split, value, hasGold) {
      const name = hasGold ? nameOf(split) : withoutGold(split);
      const file = files.get(name) ?? (await open(name));
      await file.write(value);
    },
    async close() {
      for (const file of files.values()) await file.close();
      const made: SplitName[] = [];
      for (const split of SPLITS) if (await finish(split)) made.push(split);
      return made;
    },
    async [Symbol.asyncDispose]() {
      for (const file of files.values()) await file[Symbol.asyncDispose]();
    },
  };
}

const nameOf = (split: SplitName): string => `${split}.jsonl`;
const withoutGold = (split: SplitName): string => `${split}.without-gold`;

/** Copies records without their ids; the two files may be one. */
export async function dropIds(from: string, to: string): Promise<void> {
  const copy = `${to}.copy`;
  await using writer = await createLineWriter(copy);
  for await (const lines of readLineBatches(from)) {
    for (const { text } of lines) {
      const { id, ...rest } = JSON.parse(text);
      await writer.write(JSON.stringify(rest));
    }
  }
  await writer.close();
  await rename(copy, to);
}
