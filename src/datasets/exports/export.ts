import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../ground/errors.ts';
import { explainFileError } from '../../ground/files.ts';
import { makeWhole } from '../../ground/staging.ts';
import type { FamilyId } from '../../tasks/examples.ts';
import { familyOf } from '../../tasks/families/registry.ts';
import type { SplitName, Task } from '../../tasks/task.ts';
import { openDataset } from '../dataset.ts';
import type { ExportFormat, ExportRecord, Lost } from './export-format.ts';
import { OBSTACLES, type Obstacle } from './obstacles.ts';
import { toRecord } from './records.ts';
import { type ExportFormatId, findExportFormat } from './registry.ts';

/** What is exported, and where to. */
export interface ExportRequest {
  readonly task: Task;
  /** The data directory. */
  readonly dir: string;
  readonly to: ExportFormatId;
  /** The folder that is made. */
  readonly out: string;
  /** Leave out, and count, examples that the format cannot hold; else they are an error. */
  readonly leaveOut: boolean;
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
  /** What the format has no place for. */
  readonly lost: readonly Lost[];
  /** The options of `data import` that read the folder back to the same task. */
  readonly importOptions: readonly string[];
}

/**
 * Writes every split of a task, as released, in a format of annotation tools: a folder that `data import` reads back to
 * the same examples. It is made whole or not at all. Throws a UserError: `family-not-held`, `not-held` for examples that the format cannot
 * hold, `nothing-to-export`, `already-exists`, and those of reading and writing.
 */
export async function exportData(request: ExportRequest): Promise<ExportReport> {
  const { to, out } = request;
  const format = findExportFormat(to, request.task);
  return makeWhole(out, (staging) => writeSplits(request, format, staging));
}

async function writeSplits(
  { task: declared, dir, to, out, leaveOut }: ExportRequest,
  format: ExportFormat,
  folder: string,
): Promise<ExportReport> {
  const dataset = await openDataset({ task: declared, dir, scheme: 'released' });
  const { task } = dataset;
  const { goldField } = familyOf(task).record;
  const sizes = new Map<SplitName, number>();
  const leftOut: LeftOut[] = [];
  const unlabelled: SplitName[] = [];
  const lost = new Set<Lost>();
  let allGrouped = true;
  for (const name of dataset.splits) {
    const { records, obstacles } = await collect(dataset.stream(name), task, format);
    for (const [code, { count, first }] of obstacles) leftOut.push({ split: name, code, count, first });
    if (obstacles.size > 0 && !leaveOut) throw notHeld(to, task, leftOut);
    if (records.length === 0) continue;
    if (!format.holdsUnlabelled && records.some(({ gold }) => gold === undefined)) {
      unlabelled.push(name);
      continue;
    }
    await format.write({ name, goldField, folder, records });
    sizes.set(name, records.length);
    allGrouped &&= records.every(({ group }) => group !== undefined);
    for (const what of lostOf(format, records)) lost.add(what);
  }
  if (sizes.size === 0) throw nothingToExport(to, task);
  const setup = format.setup?.(goldField, task.labels);
  if (setup) {
    const [name, content] = setup;
    await writeFile(join(folder, name), content).catch((error) => {
      throw explainFileError(error, join(out, name));
    });
  }
  const importOptions = ['--family', task.family];
  if (task.positive !== undefined) importOptions.push('--positive', task.positive);
  if (allGrouped && !lost.has('groups')) importOptions.push('--group', 'group');
  return {
    ...{ task: task.id, family: task.family, format: to, out },
    ...{ splits: Object.fromEntries(sizes), leftOut, unlabelled, lost: [...lost], importOptions },
  };
}

type Obstacles = ReadonlyMap<Obstacle, { readonly count: number; readonly first: string }>;

/** The records of a split that a format can hold, and why it cannot hold the others. */
async function collect(
  items: ReturnType<Awaited<ReturnType<typeof openDataset>>['stream']>,
  task: Task,
  format: ExportFormat,
): Promise<{ readonly records: readonly ExportRecord[]; readonly obstacles: Obstacles }> {
  const records: ExportRecord[] = [];
  const obstacles = new Map<Obstacle, { count: number; first: string }>();
  for await (const item of items) {
    const record = toRecord(item, task);
    const obstacle = typeof record === 'string' ? record : format.obstacle(record);
    if (obstacle) {
      const { count, first } = obstacles.get(obstacle) ?? { count: 0, first: item.id };
      obstacles.set(obstacle, { count: count + 1, first });
    } else if (typeof record !== 'string') records.push(record);
  }
  return { records, obstacles };
}

/** Ids that are the numbers of the records are found again, and so are no loss. */
function lostOf(format: ExportFormat, records: readonly ExportRecord[]): Lost[] {
  const has: Readonly<Record<Lost, boolean>> = {
    ids: records.some(({ id }, i) => id !== String(i)),
    groups: records.some(({ group }) => group !== undefined),
  };
  return format.loses(records).filter((what) => has[what]);
}

function notHeld(to: string, { id: task }: Task, leftOut: readonly LeftOut[]): UserError {
  const [{ split, code, first }] = leftOut;
  const count = leftOut.reduce((sum, one) => sum + one.count, 0);
  const { en, zh } = OBSTACLES[code];
  return new UserError(
    'not-held',
    {
      en: `The format ${to} cannot hold ${count} examples of ${split} of ${task}: ${en}`,
      zh: `${to} 格式无法容纳 ${task} ${split} 划分的 ${count} 条样本：${zh}`,
    },
    {
      id: first,
      hint: {
        en: 'Choose another format, or leave them out and have them counted: --leave-out.',
        zh: '请换用其他格式，或用 --leave-out 略去并计数。',
      },
    },
  );
}

const nothingToExport = (to: string, { id }: Task): UserError =>
  new UserError(
    'nothing-to-export',
    {
      en: `No split of ${id} is here that the format ${to} can hold`,
      zh: `${id} 没有可写成 ${to} 格式的划分`,
    },
    {
      hint: {
        en: 'See what is here with `chineseblue data stats`.',
        zh: '可用 `chineseblue data stats` 查看现有划分。',
      },
    },
  );
