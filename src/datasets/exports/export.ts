import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { counted } from '../../ground/counted.ts';
import { UserError } from '../../ground/errors.ts';
import { explainFileError } from '../../ground/files.ts';
import { makeWhole } from '../../ground/staging.ts';
import type { FamilyId } from '../../tasks/examples.ts';
import { familyOf } from '../../tasks/families/registry.ts';
import type { SplitName, Task } from '../../tasks/task.ts';
import { openDataset } from '../dataset.ts';
import type { ExportFormat, ExportRecord, Lost, Written } from './export-format.ts';
import { OBSTACLES, type Obstacle } from './obstacles.ts';
import { type Predicted, toRecord } from './records.ts';
import { type ExportFormatId, findExportFormat } from './registry.ts';
import { type Candidate, type SplitFacts, sharedFacts, survey } from './survey.ts';

/** The exported data and the destination. */
export interface ExportRequest {
  readonly task: Task;
  /** The data directory. */
  readonly dir: string;
  readonly to: ExportFormatId;
  /** The folder that is made. */
  readonly out: string;
  /** Leave out, and count, examples that the format cannot hold; else they are an error. */
  readonly leaveOut: boolean;
  /** Only this split. Default: all that are there. */
  readonly split?: SplitName;
  /** The predictions of a model: next to gold if the format has a place for both, else instead. */
  readonly predicted?: Predicted;
  /** Checked between examples: its reason is thrown, and nothing is left. */
  readonly signal?: AbortSignal;
}

/** Examples of a split that a format cannot hold, for one reason. */
export interface LeftOut {
  readonly split: SplitName;
  readonly code: Obstacle;
  readonly count: number;
  /** The id of the first. */
  readonly first: string;
}

export interface ExportReport {
  readonly task: string;
  readonly family: FamilyId;
  readonly format: ExportFormatId;
  readonly out: string;
  readonly splits: Readonly<Partial<Record<SplitName, number>>>;
  readonly leftOut: readonly LeftOut[];
  /** Splits without gold that the format could only show as annotated with nothing: they are not written. */
  readonly unlabelled: readonly SplitName[];
  /** What the format cannot represent. */
  readonly lost: readonly Lost[];
  /** The options of `data import` that read the folder back to the same task. */
  readonly importOptions: readonly string[];
}

/**
 * Writes the splits of a task, as released, in a format of annotation tools: a folder that `data import` reads back to
 * the same examples. It is made whole or not at all. Throws a UserError: `family-not-held`, `not-held` for examples that the format cannot
 * hold, `nothing-to-export`, `already-exists`, and those of reading and writing.
 */
export async function exportData(request: ExportRequest): Promise<ExportReport> {
  const { to, out } = request;
  const format = findExportFormat(to, request.task);
  return makeWhole(out, (staging) => writeSplits(request, format, staging));
}

async function writeSplits(
  { task: declared, dir, to, out, leaveOut, split: only, predicted, signal }: ExportRequest,
  format: ExportFormat,
  folder: string,
): Promise<ExportReport> {
  const dataset = await openDataset({ task: declared, dir, scheme: 'released' });
  const { task } = dataset;
  const { goldField } = familyOf(task).record;
  const candidates = async function* (split: SplitName): AsyncGenerator<Candidate> {
    for await (const item of dataset.stream(split)) {
      signal?.throwIfAborted();
      const record = toRecord(item, task, format, predicted);
      const obstacle = typeof record === 'string' ? record : format.obstacle(record);
      if (obstacle !== undefined) yield { id: item.id, obstacle };
      else if (typeof record !== 'string') yield { record };
    }
  };
  const names = only === undefined ? dataset.splits : [only];
  const { splits, leftOut, unlabelled } = await surveySplits(names, candidates, format);
  if (leftOut.length > 0 && !leaveOut) throw notHeld(to, task, leftOut);
  if (splits.size === 0) throw nothingToExport(to, task);
  const written = { task, goldField, splits, shared: sharedFacts([...splits.values()]) };
  for (const [name, facts] of splits) {
    const records = async function* (): AsyncGenerator<ExportRecord> {
      for await (const candidate of candidates(name)) if ('record' in candidate) yield candidate.record;
    };
    await format.write({ ...written, name, folder, facts, records });
  }
  await writeSetup(format, written, folder, out);
  const lost = lostOf(format, splits);
  const importOptions = ['--family', task.family];
  if (task.positive !== undefined) importOptions.push('--positive', task.positive);
  const isGrouped = [...splits.values()].every(({ allGrouped }) => allGrouped);
  if (isGrouped && !lost.includes('groups')) importOptions.push('--group', 'group');
  return {
    ...{ task: task.id, family: task.family, format: to, out, leftOut, unlabelled, lost, importOptions },
    splits: Object.fromEntries([...splits].map(([name, { count }]) => [name, count])),
  };
}

async function surveySplits(
  names: readonly SplitName[],
  candidates: (split: SplitName) => AsyncIterable<Candidate>,
  { holdsUnlabelled }: ExportFormat,
) {
  const splits = new Map<SplitName, SplitFacts>();
  const leftOut: LeftOut[] = [];
  const unlabelled: SplitName[] = [];
  for (const split of names) {
    const { facts, obstacles } = await survey(candidates(split));
    for (const [code, { count, first }] of obstacles) leftOut.push({ split, code, count, first });
    if (facts.count === 0) continue;
    if (holdsUnlabelled || facts.allGold) splits.set(split, facts);
    else unlabelled.push(split);
  }
  return { splits, leftOut, unlabelled };
}

async function writeSetup(format: ExportFormat, written: Written, folder: string, out: string) {
  if (!format.setup) return;
  const [name, content] = format.setup(written);
  await writeFile(join(folder, name), content).catch((error) => {
    throw explainFileError(error, join(out, name));
  });
}

/** Ids that are the numbers of the records are found again, and so are no loss. */
function lostOf(format: ExportFormat, written: Written['splits']): Lost[] {
  const lost = [...written.values()].flatMap((facts) => {
    const has: Readonly<Record<Lost, boolean>> = { ids: !facts.ids.areNumbers, groups: facts.hasGroups };
    return format.loses(facts).filter((what) => has[what]);
  });
  return [...new Set(lost)];
}

function notHeld(to: string, { id: task }: Task, leftOut: readonly LeftOut[]): UserError {
  const [{ split, code, first }] = leftOut;
  const count = leftOut.reduce((sum, one) => sum + one.count, 0);
  const { en, zh } = OBSTACLES[code];
  return new UserError(
    'not-held',
    {
      en: `The format ${to} cannot hold ${counted(count, 'example')} of ${split} of ${task}: ${en}`,
      zh: `${to} 格式无法容纳 ${task} ${split} 划分的 ${count} 条样本：${zh}`,
    },
    {
      id: first,
      hint: {
        en: 'Choose another format, or skip them with --leave-out, which counts them.',
        zh: '请换用其他格式，或用 --leave-out 略去并计数。',
      },
    },
  );
}

const nothingToExport = (to: string, { id }: Task): UserError =>
  new UserError(
    'nothing-to-export',
    {
      en: `${id} has no available split that the format ${to} can hold`,
      zh: `${id} 没有可写成 ${to} 格式的划分`,
    },
    {
      hint: {
        en: '`chineseblue data stats` lists the available splits.',
        zh: '可用 `chineseblue data stats` 查看现有划分。',
      },
    },
  );
