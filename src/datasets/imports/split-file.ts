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
  /** Whether every record has a unique id. */
  readonly unique: boolean;
  /** Whether some record has an id. */
  readonly named: boolean;
  write(value: PlainRecord): Promise<void> | undefined;
  /** Adds a line of a file whose records all have unique ids. */
  copy(line: string): Promise<void> | undefined;
  close(): Promise<void>;
}

/** Begins a file of records. Throws a UserError if it cannot be written. */
export async function createRecordFile(file: string): Promise<RecordFile> {
  const writer = await createLineWriter(file);
  const ids = new Set<unknown>();
  let [records, copied, allNamed] = [0, 0, true];
  return {
    file,
    get records() {
      return records;
    },
    get unique() {
      return allNamed && ids.size + copied === records;
    },
    get named() {
      return ids.size + copied > 0;
    },
    write(value) {
      records++;
      if (value.id === undefined) allNamed = false;
      else if (allNamed) ids.add(value.id);
      return writer.write(JSON.stringify(value));
    },
    copy(line) {
      records++;
      copied++;
      return writer.write(line);
    },
    close: () => writer.close(),
    [Symbol.asyncDispose]: () => writer[Symbol.asyncDispose](),
  };
}

export type SplitSizes = ReadonlyMap<SplitName, number>;

/** The files of the splits of a result, each begun with its first record. */
export interface SplitFiles extends AsyncDisposable {
  write(split: SplitName, value: PlainRecord, hasGold: boolean): Promise<void> | undefined;
  /** Adds a record with gold, as a line of a file whose records all have unique ids. */
  copy(split: SplitName, line: string): Promise<void> | undefined;
  /**
   * Leaves in each file the records that have gold, or all where none has, with unique ids or without any: `onReplaced`
   * takes the splits whose ids were taken away. Returns how many records the files have, in the order train, dev, test.
   */
  close(onReplaced: (split: SplitName) => void): Promise<SplitSizes>;
}

export function createSplitFiles(folder: string): SplitFiles {
  const files = new Map<string, RecordFile>();
  const open = async (name: string): Promise<RecordFile> => {
    const file = files.get(name) ?? (await createRecordFile(join(folder, name)));
    files.set(name, file);
    return file;
  };
  const finish = async (split: SplitName, onReplaced: (split: SplitName) => void): Promise<number> => {
    const [withGold, without] = [files.get(nameOf(split)), files.get(withoutGold(split))];
    const kept = withGold ?? without;
    if (!kept) return 0;
    if (without && kept !== without) await rm(without.file);
    const target = join(folder, nameOf(split));
    if (kept === without) await rename(without.file, target);
    if (!kept.unique && kept.named) onReplaced(split);
    if (!kept.unique) await dropIds(target, target);
    return kept.records;
  };
  return {
    write(split, value, hasGold) {
      const name = hasGold ? nameOf(split) : withoutGold(split);
      const file = files.get(name);
      return file ? file.write(value) : open(name).then((begun) => begun.write(value));
    },
    copy(split, line) {
      const file = files.get(nameOf(split));
      return file ? file.copy(line) : open(nameOf(split)).then((begun) => begun.copy(line));
    },
    async close(onReplaced) {
      for (const file of files.values()) await file.close();
      const sizes = new Map<SplitName, number>();
      for (const split of SPLITS) {
        const records = await finish(split, onReplaced);
        if (records > 0) sizes.set(split, records);
      }
      return sizes;
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
