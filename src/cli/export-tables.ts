import type { ExportReport } from '../datasets/exports/export.ts';
import type { Lost } from '../datasets/exports/export-format.ts';
import { OBSTACLES } from '../datasets/exports/obstacles.ts';
import { counted } from '../ground/counted.ts';
import type { Text } from '../ground/language.ts';
import type { Terminal } from './terminal.ts';

const LOST: Readonly<Record<Lost, Text>> = {
  ids: { en: 'ids', zh: '编号' },
  groups: { en: 'groups', zh: '分组' },
};

/** Prints what was written, what was not, and how to read it back. */
export async function printExport(report: ExportReport, terminal: Terminal): Promise<void> {
  const { say, table } = terminal;
  const { splits, leftOut, unlabelled, lost, out, format, importOptions } = report;
  await table(
    [say({ en: 'split', zh: '划分' }), say({ en: 'examples', zh: '样本' })],
    Object.entries(splits).map(([name, count]) => [name, String(count)]),
  );
  for (const { split, code, count, first } of leftOut) {
    const { en, zh } = OBSTACLES[code];
    terminal.note({
      en: `${split}: ${counted(count, 'example was left out', 'examples were left out')}, the first ${first}: ${en}.`,
      zh: `${split}：略去 ${count} 条样本，首条为 ${first}：${zh}。`,
    });
  }
  for (const split of unlabelled)
    terminal.note({
      en: `${split} has no gold and was not written: in ${format} it would look annotated, with no annotations.`,
      zh: `${split} 没有金标，未写出：在 ${format} 中会被视为已标注且无实体。`,
    });
  for (const what of lost)
    terminal.note({
      en: `${format} cannot represent ${LOST[what].en}.`,
      zh: `${format} 格式不含${LOST[what].zh}。`,
    });
  const command = `chineseblue data import ${out} --as NAME ${importOptions.join(' ')}`;
  terminal.note({ en: `Read it back: \`${command}\`.`, zh: `读回：\`${command}\`。` });
}
