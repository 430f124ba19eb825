import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EXIT, UserError } from '../../ground/errors.ts';
import { writeJson } from '../../ground/files.ts';
import { hashPath, seal } from '../../ground/hash.ts';
import { makeWhole } from '../../ground/staging.ts';
import { withTemporaryDirectory } from '../../ground/temporary.ts';
import type { FamilyId } from '../../tasks/examples.ts';
import type { SplitName, Task } from '../../tasks/task.ts';
import { IMPORT_RECORD } from '../import-record.ts';
import { importedTaskFile } from '../imported-tasks.ts';
import { MOST_HELD } from '../passes.ts';
import { type AgreementReport, reportAgreement } from './agreement.ts';
import { withAnnotators } from './annotator-names.ts';
import { declareTask, fileOf, refuseName } from './declare.ts';
import { countLeaks, DEFAULT_RATIOS, type Ratios } from './division.ts';
import { createDependence, drawSplits } from './draw-splits.ts';
import { createMasking, type ScanReport } from './masking.ts';
import { createMisfits, type MisfitCount } from './misfits.ts';
import type { OffsetRule } from './offsets.ts';
import type { Fields } from './raw.ts';
import { readBack, type Sample } from './read-back.ts';
import { collectReadings } from './readings.ts';
import { findSources } from './sources.ts';
import { createRecordFile, createSplitFiles, type SplitSizes } from './split-file.ts';
import { type SourceReport, type SpooledSource, spoolSource } from './spool.ts';
import { chooseFamilies, type Families, nothingSeen } from './targets.ts';
import { type Stages, settledRecords } from './written.ts';

/** The import request. */
export interface ImportRequest {
  /** Files, brat and dataset folders, and folders of files. */
  readonly sources: readonly string[];
  /** Names the task and its folder. */
  readonly name: string;
  readonly dataDir: string;
  /** Settings that override or complement the data. */
  readonly given: {
    readonly family?: FamilyId;
    readonly fields: Fields;
    readonly group?: string;
    readonly positive?: string;
    /** Which configuration of a dataset folder. */
    readonly config?: string;
    /** Each source is the work of one annotator, named by its file or folder. */
    readonly byAnnotator?: boolean;
    /** Adjudication if annotators disagree: `majority`, or an annotator; absent: the first reading. */
    readonly adjudicate?: string;
    /** Look for personal data; replace it, too. */
    readonly scan?: boolean;
    readonly mask?: boolean;
  };
  /** How records are split; absent: as the sources are named, else by `DEFAULT_RATIOS`. */
  readonly ratios?: Ratios;
  /** Of the division and of the interval of annotator agreement; if neither is needed, any other than 0 is refused. */
  readonly seed: number;
  /** Do everything but write the result. */
  readonly dryRun: boolean;
  /** Bytes of records up to which they are held in memory, to look for near twins. Default 64 MiB. */
  readonly mostHeld?: number;
  /** Checked between records: its reason is thrown, and nothing is left. */
  readonly signal?: AbortSignal;
}

/** The findings and decisions of an import; `format`, `encoding` and `offsets` are those of the first source that has them. */
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
  /** Examples of dev and test with a twin in an earlier split; null if a split has no gold. */
  readonly leaks: number | null;
  /** There may be more leaks: too many examples are alike to compare them all. */
  readonly leaksAtLeast: boolean;
  /**
   * Which twins count: near ones too; or, for more records than memory holds, only those equal except in width, case and
   * punctuation.
   */
  readonly twins: 'near' | 'equal';
  /** Null where fewer than two annotators are named. */
  readonly agreement: AgreementReport | null;
  /** Null if not requested. */
  readonly scan: ScanReport | null;
  readonly sources: readonly SourceReport[];
  readonly samples: readonly Sample[];
}

/**
 * Turns what people have into a task: a folder with one JSON Lines file for each split, a task file for each family, and
 * a record of everything that was decided (`import.json`). All or nothing; sources are only read.
 * Throws a UserError: `name-taken`, `already-exists`, `seed-unread`, and those of reading, which name file, line and field.
 */
export async function importData(request: ImportRequest): Promise<ImportReport> {
  refuseName(request.name);
  if (!request.dryRun)
    return makeWhole(join(request.dataDir, request.name), (staging) => buildNamed(request, staging));
  return withTemporaryDirectory('import', (directory) => buildNamed(request, directory));
}

/** Errors about all records together, or about what was made of them, name the first source. */
async function buildNamed(request: ImportRequest, staging: string): Promise<ImportReport> {
  try {
    return await build(request, staging);
  } catch (error) {
    if (!(error instanceof UserError) || error === request.signal?.reason) throw error;
    const { code, text, place, hintText: hint, exitCode } = error;
    const isSource = place.file !== undefined && !place.file.startsWith(staging);
    if (isSource || exitCode === EXIT.usage) throw error;
    throw new UserError(code, text, { ...place, line: undefined, file: request.sources[0], hint, exitCode });
  }
}

/** The folder for temporary files, inside the one being created. */
const WORK = '.work';

async function build(request: ImportRequest, staging: string): Promise<ImportReport> {
  const { given, name, signal } = request;
  const misfits = createMisfits(!given.mask);
  const masking = given.scan || given.mask ? createMasking(given.mask ?? false) : undefined;
  const seen = nothingSeen();
  const work = join(staging, WORK);
  await mkdir(work);
  const spooled: SpooledSource[] = [];
  const hash = hashesOnce();
  const found = await findSources(request.sources, { ...given, misfit: misfits.add });
  for (const source of given.byAnnotator ? withAnnotators(found) : found) {
    const spool = join(work, String(spooled.length));
    spooled.push(await spoolSource(source, { ...given, masking, hash, signal }, spool, misfits.add, seen));
  }
  const families = chooseFamilies(seen, given.family, given.positive, misfits.counts());
  const sources = spooled.map(({ report }) => report);
  const declare: Declare = (family, labels, splits) =>
    declareTask(name, families, given.group !== undefined, { family, labels, splits });
  const readings = await collectReadings(spooled, given.adjudicate, misfits.add);
  const { division, sizes, labels } = await writeSplits(request, staging, {
    ...{ spooled, families, declare, misfits, stages: { readings, masking } },
  });
  await rm(work, { recursive: true });
  const names = [...sizes.keys()];
  const made: { task: Task; read: Awaited<ReturnType<typeof readBack>> }[] = [];
  for (const family of families.families) {
    // Those of the first family are known where they were drawn one by one.
    const known = family === families.families[0] ? labels : undefined;
    const read = await readBack(declare(family, [], names), names, staging, {
      known,
      mostHeld: request.mostHeld,
      signal,
    });
    made.push({ task: declare(family, read.labels, names), read });
  }
  const [{ task, read }] = made;
  const offsets = sources.find((source) => source.offsets !== null)?.offsets;
  const leaks = read.whole && countLeaks(task, read.whole);
  const report: ImportReport = {
    ...{ task: task.id, family: task.family, format: sources[0].format, encoding: sources[0].encoding },
    offsets: offsets ? { unit: offsets.unit, end: offsets.end } : null,
    labels: task.labels.map(({ id }) => id),
    splits: Object.fromEntries(sizes),
    misfits: misfits.counts(),
    tasks: made.map((one) => ({
      ...{ task: one.task.id, family: one.task.family, labels: one.task.labels.map(({ id }) => id) },
    })),
    division,
    leaks: read.whole ? (leaks?.count ?? null) : read.equalLeaks,
    leaksAtLeast: leaks?.atLeast ?? false,
    twins: read.whole ? 'near' : 'equal',
    agreement: readings ? reportAgreement(readings, given.adjudicate, request.seed) : null,
    scan: masking?.report() ?? null,
    sources,
    samples: read.samples,
  };
  for (const one of made) await writeJson(join(staging, importedTaskFile(one.task.id)), fileOf(one.task));
  await writeRecord(request, report, staging);
  return report;
}

function hashesOnce(): (path: string) => Promise<string> {
  const known = new Map<string, Promise<string>>();
  return (path) => {
    const hash = known.get(path) ?? hashPath(path);
    known.set(path, hash);
    return hash;
  };
}

/** Everything but the samples, which are text. */
async function writeRecord(
  { name, given }: ImportRequest,
  report: ImportReport,
  folder: string,
): Promise<void> {
  const { samples, ...kept } = report;
  const record = seal({ schema: 'chineseblue/import@1', name, given, ...kept });
  await writeJson(join(folder, IMPORT_RECORD), record);
}

const seedUnread = (): UserError =>
  new UserError(
    'seed-unread',
    {
      en: 'A seed has no effect here: the names of the sources determine the splits',
      zh: '种子在此不起作用：划分由来源的文件名决定',
    },
    {
      field: 'seed',
      hint: {
        en: 'Leave out --seed, or draw the splits with --ratios.',
        zh: '请去掉 --seed，或用 --ratios 重新划分。',
      },
      exitCode: EXIT.usage,
    },
  );

type Declare = (family: FamilyId, labels: readonly string[], splits: readonly SplitName[]) => Task;

interface Spooled {
  readonly spooled: readonly SpooledSource[];
  readonly families: Families;
  readonly declare: Declare;
  readonly misfits: ReturnType<typeof createMisfits>;
  readonly stages: Stages;
}

interface WrittenSplits {
  readonly division: ImportReport['division'];
  readonly sizes: SplitSizes;
  /** Of records that were too many to be held, and were all read by the first family. */
  readonly labels?: ReadonlySet<string>;
}

/** Writes one file for each split, and returns how the records were divided. */
async function writeSplits(
  { given, ratios, seed, mostHeld = MOST_HELD, signal }: ImportRequest,
  staging: string,
  { spooled, families: { families }, declare, misfits, stages }: Spooled,
): Promise<WrittenSplits> {
  const named = spooled.map(({ report }) => report.split);
  // Sources that name train alone leave nothing for evaluation.
  const bySource = ratios === undefined && !named.includes(null) && named.some((split) => split !== 'train');
  const isCompared = stages.readings !== undefined && stages.readings.annotators.length > 1;
  if (bySource && !isCompared && seed !== 0) throw seedUnread();
  const task = declare(families[0], [], ['train']);
  const isLarge = spooled.reduce((sum, { bytes }) => sum + bytes, 0) > mostHeld;
  const most = spooled.reduce((sum, { report }) => sum + report.records, 0);
  const dependence = isLarge && !bySource ? createDependence(task, most) : undefined;
  await using files = createSplitFiles(staging);
  await using pool = await createRecordFile(join(staging, WORK, 'pool'));
  for (const source of spooled) {
    for await (const batch of settledRecords(source, families, given.group, misfits.add, stages)) {
      signal?.throwIfAborted();
      for (const { value, hasGold, split } of batch) {
        if (bySource && split) await files.write(split, value, hasGold);
        else if (hasGold) {
          dependence?.see(value);
          const full = pool.write(value);
          if (full) await full;
        }
      }
    }
  }
  const onReplaced = (split: SplitName): void =>
    misfits.add({ code: 'ids-replaced', file: `${split}.jsonl`, field: 'id' });
  if (bySource) return { division: 'sources', sizes: await files.close(onReplaced) };
  await pool.close();
  const how = { ratios: ratios ?? DEFAULT_RATIOS, seed };
  await drawSplits(pool, task, how, files, dependence);
  const sizes = await files.close(onReplaced);
  return { division: { ...how, group: given.group ?? null }, sizes, labels: dependence?.labels };
}
