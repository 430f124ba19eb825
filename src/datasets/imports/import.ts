import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../ground/errors.ts';
import { writeAtomic, writeJson } from '../../ground/files.ts';
import { seal } from '../../ground/hash.ts';
import { makeWhole } from '../../ground/staging.ts';
import type { FamilyId } from '../../tasks/examples.ts';
import { familyOf } from '../../tasks/families/registry.ts';
import type { PlainRecord } from '../../tasks/families/shared/record.ts';
import { tasks as builtIn } from '../../tasks/registry.ts';
import { parseTask } from '../../tasks/schema.ts';
import { SPLITS, type SplitName, type Task } from '../../tasks/task.ts';
import { importedTaskFile } from '../imported-tasks.ts';
import { readFileItems } from '../read.ts';
import { createSplit, type Split } from '../split.ts';
import { countLeaks, DEFAULT_RATIOS, divide, type Ratios } from './division.ts';
import { createMisfits, type MisfitCount } from './misfits.ts';
import type { OffsetRule } from './offsets.ts';
import type { Fields } from './raw.ts';
import { settle } from './settle.ts';
import { findSources, type ReadSource, readSource, type SourceReport } from './sources.ts';
import {
  chooseFamilies,
  type Families,
  hasOther,
  look,
  nothingSeen,
  type SettledRecord,
  targetOf,
} from './targets.ts';

/** What is imported, and how. */
export interface ImportRequest {
  /** Files, brat folders, and folders of either. */
  readonly sources: readonly string[];
  /** Names the task and its folder. */
  readonly name: string;
  readonly dataDir: string;
  /** What the data does not say, or says otherwise. */
  readonly given: {
    readonly family?: FamilyId;
    readonly fields: Fields;
    readonly group?: string;
    readonly positive?: string;
  };
  /** How records are split; absent: as the sources are named, else by `DEFAULT_RATIOS`. */
  readonly ratios?: Ratios;
  readonly seed: number;
  /** Do everything but write the result. */
  readonly dryRun: boolean;
}

/** A record as it was read. */
interface Sample {
  readonly split: SplitName;
  readonly texts: readonly string[];
  readonly gold: string;
}

/** What an import found and decided; `format`, `encoding` and `offsets` are those of the first source that has them. */
export interface ImportReport {
  readonly task: string;
  readonly family: FamilyId;
  readonly format: string;
  readonly encoding: string;
  readonly offsets: OffsetRule | null;
  readonly labels: readonly string[];
  readonly splits: Readonly<Partial<Record<SplitName, number>>>;
  readonly misfits: readonly MisfitCount[];
  /** All tasks that were made: one for each family. */
  readonly tasks: readonly {
    readonly task: string;
    readonly family: FamilyId;
    readonly labels: readonly string[];
  }[];
  readonly division:
    | 'sources'
    | { readonly ratios: Ratios; readonly seed: number; readonly group: string | null };
  /** Examples of dev and test with a twin in an earlier split; null where a split has no gold, or too many are alike. */
  readonly leaks: number | null;
  readonly sources: readonly SourceReport[];
  readonly samples: readonly Sample[];
}

const SAMPLES = 3;

/**
 * Turns what people have into a task: a folder with one JSON Lines file for each split, a task file for each family, and
 * a record of everything that was decided (`import.json`). All or nothing; sources are only read.
 * Throws a UserError: `name-taken`, `already-exists`, and those of reading, which name file, line and field.
 */
export async function importData(request: ImportRequest): Promise<ImportReport> {
  refuseName(request.name);
  if (!request.dryRun)
    return makeWhole(join(request.dataDir, request.name), (staging) => build(request, staging));
  const directory = await mkdtemp(join(tmpdir(), 'chineseblue-import-'));
  try {
    return await build(request, directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function refuseName(name: string): void {
  const known = builtIn.flatMap(({ id, aliases }) => [id, ...aliases]);
  const taken = known.some((other) => other.toLowerCase() === name.toLowerCase());
  if (!taken && /^[\p{L}\p{N}][\p{L}\p{N}_.-]*$/u.test(name) && !/\.(staging|old|lock)$/.test(name)) return;
  throw new UserError(
    'name-taken',
    taken
      ? { en: `"${name}" is a task of the benchmark`, zh: `“${name}”是基准中已有的任务名` }
      : { en: `"${name}" cannot name a directory`, zh: `“${name}”不能用作目录名` },
    {
      hint: {
        en: 'Choose another name with --as, of letters, digits, "_", "." and "-".',
        zh: '请用 --as 换一个名称，只用字母、数字、“_”“.”“-”。',
      },
      exitCode: 2,
    },
  );
}

/** A record of the result, and where it goes if its source says. */
interface Written {
  readonly value: PlainRecord;
  readonly hasGold: boolean;
  readonly split: SplitName | null;
}

async function build(request: ImportRequest, staging: string): Promise<ImportReport> {
  const { given, name, ratios, seed } = request;
  const misfits = createMisfits();
  const read: ReadSource[] = [];
  for (const source of await findSources(request.sources))
    read.push(await readSource(source, given, misfits.add));
  const chosen = { sources: read.map(({ report }) => report), ...settleAll(read, request, misfits.add) };
  const declare = (family: FamilyId, labels: readonly string[], splits: readonly SplitName[]): Task =>
    declareTask(request, chosen, { family, labels, splits });
  const [family] = chosen.families;
  const named = chosen.sources.map(({ split }) => split);
  // What names train alone leaves nothing to be judged by.
  const bySource = ratios === undefined && !named.includes(null) && named.some((split) => split !== 'train');
  const pool = bySource ? chosen.records : chosen.records.filter(({ hasGold }) => hasGold);
  const parts = bySource
    ? pool.map(({ split }) => split)
    : await drawSplits(pool, declare(family, [], ['train']), staging, ratios ?? DEFAULT_RATIOS, seed);
  const names = SPLITS.filter((split) => parts.includes(split));
  for (const split of names)
    await writeRecords(join(staging, `${split}.jsonl`), fillSplit(pool.filter((_, i) => parts[i] === split)));
  const made: { task: Task; splits: Split[] }[] = [];
  for (const one of chosen.families) {
    const splits = await readBack(declare(one, [], names), names, staging);
    made.push({ task: declare(one, labelsOf(one, splits), names), splits });
  }
  const [{ task, splits }] = made;
  const [first] = chosen.sources;
  const offsets = chosen.sources.find((source) => source.offsets !== null)?.offsets;
  const report: ImportReport = {
    ...{ task: task.id, family: task.family, format: first.format, encoding: first.encoding },
    offsets: offsets ? { unit: offsets.unit, end: offsets.end } : null,
    labels: task.labels.map(({ id }) => id),
    splits: Object.fromEntries(splits.map((split) => [split.name, split.questions.length])),
    misfits: misfits.counts(),
    tasks: made.map((one) => ({
      ...{ task: one.task.id, family: one.task.family, labels: one.task.labels.map(({ id }) => id) },
    })),
    division: bySource ? 'sources' : { ratios: ratios ?? DEFAULT_RATIOS, seed, group: given.group ?? null },
    leaks: splits.every(({ hasGold }) => hasGold) ? countLeaks(task, splits) : null,
    sources: chosen.sources,
    samples: samplesOf(task, splits),
  };
  for (const one of made) await writeJson(join(staging, importedTaskFile(one.task.id)), fileOf(one.task));
  const { samples, ...kept } = report;
  await writeJson(
    join(staging, 'import.json'),
    seal({ schema: 'chineseblue/import@1', name, given, ...kept }),
  );
  return report;
}

interface Chosen extends Families {
  readonly records: readonly Written[];
}

/** Every record in UTF-16 offsets, with the gold of the families that the sources hold. */
function settleAll(
  read: readonly ReadSource[],
  { given }: ImportRequest,
  misfit: ReturnType<typeof createMisfits>['add'],
): Chosen {
  const seen = nothingSeen();
  for (const { records } of read) for (const record of records) look(seen, record);
  const chosen = chooseFamilies(seen, given.family, given.positive);
  const records: Written[] = [];
  for (const { report, records: raw } of read) {
    const rule = report.offsets ?? { unit: 'utf16', end: 'exclusive' };
    for (const record of raw) {
      if (given.group !== undefined && record.group === undefined) throw noGroups(report, given.group);
      const settled = settle(record, rule, misfit);
      const at = { ...record.place, id: record.id };
      if (hasOther(settled, chosen.families)) misfit({ code: 'other-gold', ...at });
      const gold = goldOf(settled, chosen.families);
      if (typeof gold === 'string') misfit({ code: gold, ...at });
      if (gold === 'several-labels') continue;
      const hasGold = typeof gold !== 'string';
      records.push({
        value: { ...inputOf(settled, chosen.families), ...(hasGold ? gold : {}) },
        hasGold,
        split: report.split,
      });
    }
  }
  return { ...chosen, records };
}

function goldOf(
  record: SettledRecord,
  families: readonly FamilyId[],
): ReturnType<ReturnType<typeof targetOf>['gold']> {
  let all: PlainRecord = {};
  for (const family of families) {
    const gold = targetOf(family).gold(record);
    if (typeof gold === 'string') return gold;
    all = { ...all, ...gold };
  }
  return all;
}

const noGroups = ({ path, format }: SourceReport, field: string): UserError =>
  new UserError(
    'no-group',
    { en: `Records of the format ${format} have no groups`, zh: `${format} 格式的记录没有分组字段` },
    { file: path, field, hint: { en: 'Leave --group out.', zh: '请去掉 --group。' } },
  );

function inputOf({ id, group, texts }: SettledRecord, families: readonly FamilyId[]): PlainRecord {
  const [text, textB] = texts;
  const named = { ...(id === undefined ? {} : { id }), ...(group === undefined ? {} : { group }) };
  return targetOf(families[0]).pair ? { ...named, textA: text, textB } : { ...named, text };
}

/** The records of one split: without those that lack gold where others have it, and with unique ids or none. */
function fillSplit(records: readonly Written[]): PlainRecord[] {
  const kept = records.some(({ hasGold }) => hasGold) ? records.filter(({ hasGold }) => hasGold) : records;
  return withUniqueIds(kept.map(({ value }) => value));
}

function withUniqueIds(records: readonly PlainRecord[]): PlainRecord[] {
  const ids = new Set(records.map(({ id }) => id));
  if (ids.size === records.length && !ids.has(undefined)) return [...records];
  return records.map(({ id, ...rest }) => rest);
}

async function writeRecords(file: string, records: readonly PlainRecord[]): Promise<void> {
  await writeAtomic(
    file,
    (function* () {
      for (const record of records) yield `${JSON.stringify(record)}\n`;
    })(),
  );
}

const readSplit = async (name: SplitName, file: string, task: Task): Promise<Split> => {
  const items = await readFileItems({ format: 'jsonl', path: file, name: file }, task);
  return createSplit({ name, items, files: [], notices: [], synthetic: false });
};

/** What was written, read as every command will read it. */
async function readBack(task: Task, names: readonly SplitName[], staging: string): Promise<Split[]> {
  const splits: Split[] = [];
  for (const name of names) splits.push(await readSplit(name, join(staging, `${name}.jsonl`), task));
  return splits;
}

async function drawSplits(
  records: readonly Written[],
  task: Task,
  staging: string,
  ratios: Ratios,
  seed: number,
): Promise<SplitName[]> {
  const file = join(staging, 'pool.jsonl');
  await writeRecords(file, withUniqueIds(records.map(({ value }) => value)));
  const pool = await readSplit('train', file, task);
  await rm(file);
  return divide(task, pool, ratios, seed);
}

function labelsOf(family: FamilyId, splits: readonly Split[]): string[] {
  const { labels } = familyOf({ family });
  const found = new Set<string>();
  for (const split of splits)
    if (split.hasGold)
      for (const example of split.examples) for (const label of labels(example)) found.add(label);
  return [...found].sort();
}

interface Declared {
  readonly family: FamilyId;
  readonly labels: readonly string[];
  readonly splits: readonly SplitName[];
}

function declareTask(
  { name, given }: ImportRequest,
  { families, positive }: Families,
  { family, labels, splits }: Declared,
): Task {
  const id = family === families[0] ? name : `${name}-${family}s`;
  const linked = targetOf(family).pair && given.group === undefined;
  const value = {
    ...{ id, family, title: id, labels, confidential: true },
    ...(positive === undefined ? {} : { positive }),
    corpus: {
      ...{ folder: name, format: 'jsonl', licence: 'that of the corpus you brought' },
      files: Object.fromEntries(splits.map((split) => [split, `${split}.jsonl`])),
      source: 'imported with `chineseblue data import`',
      ...(linked ? { unit: 'linked-texts' } : {}),
    },
  };
  return parseTask(value, importedTaskFile(id));
}

/** A task as a task file declares it. */
const fileOf = ({ id, family, title, domain, corpus, labels, positive, primary }: Task): object => ({
  ...{ id, family, title, domain, corpus, labels, positive, primary },
  confidential: true,
});

function samplesOf(task: Task, splits: readonly Split[]): Sample[] {
  const { texts, brief } = familyOf(task);
  return splits
    .flatMap((split): Sample[] =>
      split.hasGold
        ? split.examples.slice(0, SAMPLES).map(({ input, gold }) => ({
            ...{ split: split.name, texts: texts(input), gold: brief(gold, input) },
          }))
        : split.questions
            .slice(0, SAMPLES)
            .map(({ input }) => ({ split: split.name, texts: texts(input), gold: '' })),
    )
    .slice(0, SAMPLES);
}
