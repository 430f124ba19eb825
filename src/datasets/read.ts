import { basename } from 'node:path';
import { identifyFile } from '../fetch/identity.ts';
import { UserError } from '../ground/errors.ts';
import { familyOf } from '../tasks/families/registry.ts';
import type { FieldChecks, RecordReader } from '../tasks/families/shared/record.ts';
import type { SplitName, Task } from '../tasks/task.ts';
import type { Notice, SourceRecord } from './formats/format.ts';
import {
  badField,
  createIds,
  createLabelCheck,
  expectArray,
  expectObject,
  expectString,
  isAbsent,
  type ValuePlace,
} from './formats/records.ts';
import { findFormat } from './formats/registry.ts';
import { identifyDirectory } from './hashes.ts';
import type { Location } from './location.ts';
import { createSplit, type Item, type Split } from './split.ts';
import { linkTexts } from './units.ts';

/** One file, or directory with one file per record, to read. */
export interface RecordFile {
  readonly format: string;
  /** Absolute or relative to the working directory: what is opened and what errors name. */
  readonly path: string;
  /** Relative to the data directory, forward slashes: what notices name. */
  readonly name: string;
}

interface ReadOptions {
  /** Receives notices. */
  readonly notices?: Notice[];
  /** Do not look at gold, whether it is there or not. */
  readonly ignoreGold?: boolean;
  /** The ids were found to be unique before: they are not kept to be compared. */
  readonly areUnique?: boolean;
}

/**
 * Streams the items of a file in batches, in constant memory. `group` is the unit that an item's own input or record
 * names. Throws a UserError at the first line that is wrong, and `mixed-gold` at the first that has gold if others
 * have not, or has none where others have.
 */
export async function* readItems(
  { format, path, name }: RecordFile,
  task: Task,
  { notices = [], ...options }: ReadOptions = {},
): AsyncGenerator<Item[]> {
  const read = createItemReader(task, path, options);
  const context = {
    labels: new Set(task.labels.map(({ id }) => id)),
    part: task.corpus.part,
    notice: (notice: Notice) => notices.push({ ...notice, file: name }),
  };
  for await (const records of findFormat(format).read(path, context)) {
    const items: Item[] = [];
    for (const record of records) {
      const item = read(record);
      if (record.notices) addNotices(notices, record, name, item.id);
      items.push(item);
    }
    yield items;
  }
}

/** Makes items of the records of one file, in their order; `path` names it in errors. Throws as `readItems` does. */
export function createItemReader(
  task: Task,
  path: string,
  { ignoreGold = false, areUnique = false }: Omit<ReadOptions, 'notices'> = {},
): (record: SourceRecord) => Item {
  const reader = familyOf(task).record;
  const { check, begin, placeOf } = createChecks(task, path);
  const nextId = createIds(placeOf, areUnique);
  let withGold: boolean | undefined;
  return (record) => {
    begin(record);
    const id = nextId(record.value.id);
    begin(record, id);
    const item = readItem(record, id, reader, check, ignoreGold);
    if (withGold !== (item.gold !== undefined)) {
      if (withGold !== undefined) throw mixedGold(placeOf(reader.goldField), withGold);
      withGold = item.gold !== undefined;
    }
    return item;
  };
}

function readItem(
  { value }: SourceRecord,
  id: string,
  reader: RecordReader,
  check: FieldChecks,
  ignoreGold: boolean,
): Item {
  const input = reader.input(value, check);
  const group = isAbsent(value.group) ? reader.unit?.(input) : check.string(value.group, 'group');
  const hasGold = !ignoreGold && !isAbsent(value[reader.goldField]);
  const gold = hasGold ? reader.gold(value, check, input) : undefined;
  if (group === undefined) return gold === undefined ? { id, input } : { id, input, gold };
  return gold === undefined ? { id, group, input } : { id, group, input, gold };
}

/** Checks that name the record which `begin` was last called with. */
function createChecks(task: Task, path: string) {
  let record: SourceRecord = { value: {} };
  let id: string | undefined;
  const begin = (next: SourceRecord, nextId?: string): void => {
    record = next;
    id = nextId;
  };
  const placeOf = (field: string): ValuePlace => {
    const { line = record.line, field: own } = record.origin?.(field) ?? { field };
    return { file: record.file ?? path, line, id, field: own };
  };
  const check: FieldChecks = {
    string: (value, field) => (typeof value === 'string' ? value : expectString(value, placeOf(field))),
    array: (value, field) => (Array.isArray(value) ? value : expectArray(value, placeOf(field))),
    object: (value, field) => expectObject(value, placeOf(field)),
    label: createLabelCheck(task, placeOf),
    unexpected: (value, expected, field) => badField(value, expected, placeOf(field)),
  };
  return { check, begin, placeOf };
}

function addNotices(notices: Notice[], record: SourceRecord, name: string, id: string): void {
  const file = record.file === undefined ? name : `${name}/${basename(record.file)}`;
  for (const { code, message, line = record.line } of record.notices ?? [])
    notices.push(line === undefined ? { code, message, file, id } : { code, message, file, line, id });
}

function mixedGold(place: ValuePlace, before: boolean): UserError {
  return new UserError(
    'mixed-gold',
    before
      ? { en: 'This record has no gold, unlike those before it', zh: '该记录没有金标，而之前的记录有' }
      : { en: 'This record has gold, unlike those before it', zh: '该记录有金标，而之前的记录没有' },
    {
      ...place,
      hint: {
        en: 'Give every record of a split gold, or none.',
        zh: '同一划分的记录应全部有金标或全部没有。',
      },
    },
  );
}

/** All items of a file, with the independent units that `task` declares. */
export async function readFileItems(file: RecordFile, task: Task, notices: Notice[] = []): Promise<Item[]> {
  const items: Item[] = [];
  for await (const batch of readItems(file, task, { notices })) for (const item of batch) items.push(item);
  if (task.corpus.unit !== 'linked-texts') return items;
  const { texts } = familyOf(task);
  const groups = linkTexts(items.map(({ input }) => texts(input)));
  return items.map((item, i) => ({ ...item, group: groups[i] }));
}

/**
 * Reads one split, with the identity of every file that it came from.
 * Throws a UserError: `split-empty`, or whatever is wrong in the file, naming line and field.
 */
export async function readLocation(task: Task, name: SplitName, location: Location): Promise<Split> {
  const { path, format, synthetic } = location;
  const notices: Notice[] = [];
  const items = await readFileItems(location, task, notices);
  if (items.length === 0) throw emptySplit(task, name, location);
  const { list } = findFormat(format);
  const identity = list ? await identifyDirectory(path, await list(path)) : await identifyFile(path);
  const files = [{ path: location.name, ...identity }];
  const source = { file: path, shape: findFormat(format).shape };
  return createSplit({ name, items, files, notices, synthetic, source });
}

export function emptySplit(task: Task, name: SplitName, { path, format }: Location): UserError {
  const { shape } = findFormat(format);
  return new UserError(
    'split-empty',
    { en: `The ${name} split of ${task.id} has no example`, zh: `${task.id} 的 ${name} 划分没有样本` },
    { file: path, hint: { en: `Write ${shape.en}.`, zh: `格式：${shape.zh}。` } },
  );
}
