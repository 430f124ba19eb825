import { EXIT, UserError } from '../../ground/errors.ts';
import type { Task } from '../../tasks/task.ts';
import type { ExportFormat } from './export-format.ts';
import { brat } from './formats/brat.ts';
import { conll } from './formats/conll.ts';
import { csv } from './formats/csv.ts';
import { doccano } from './formats/doccano.ts';
import { huggingFace } from './formats/hugging-face/hugging-face.ts';
import { jsonl } from './formats/jsonl.ts';
import { labelStudio } from './formats/label-studio.ts';
import { parquet } from './formats/parquet.ts';

/** Formats that data leaves in: adding one is adding a file and a line here. */
export const exportFormats = {
  doccano,
  'label-studio': labelStudio,
  brat,
  conll,
  /** Another name of the same. */
  bio: conll,
  csv,
  jsonl,
  parquet,
  hf: huggingFace,
} as const satisfies Readonly<Record<string, ExportFormat>>;

export type ExportFormatId = keyof typeof exportFormats;

/** Throws a UserError `family-not-held` (usage) if a format cannot represent the records of a task. */
export function findExportFormat(id: ExportFormatId, { id: task, family }: Task): ExportFormat {
  const format: ExportFormat = exportFormats[id];
  if (format.families.includes(family)) return format;
  const all = Object.entries<ExportFormat>(exportFormats);
  const others = all.filter(([, { families }]) => families.includes(family)).map(([name]) => name);
  const known = [...new Set(all.flatMap(([, { families }]) => families))];
  throw new UserError(
    'family-not-held',
    {
      en: `The format ${id} cannot hold ${family} data, which ${task} is`,
      zh: `${task} 属于 ${family}，${id} 格式无法容纳`,
    },
    {
      field: 'to',
      hint:
        others.length > 0
          ? { en: `Formats that can: ${others.join(', ')}.`, zh: `可用格式：${others.join('、')}。` }
          : {
              en: `No format can; families that are exported: ${known.join(', ')}.`,
              zh: `尚无可用格式；可导出的任务族：${known.join('、')}。`,
            },
      exitCode: EXIT.usage,
    },
  );
}
