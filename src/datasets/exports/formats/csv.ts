import { join } from 'node:path';
import type { ExportFormat } from '../export-format.ts';
import { firstOf, plainText, separatorInLabel, unreadable, windowsBreak } from '../obstacles.ts';
import { writeLines } from '../write-lines.ts';

/** Separated values by RFC 4180 with a header; several classes in a cell are joined by `#`, as in doccano's tables. */
export const csv: ExportFormat = {
  title: { en: 'CSV', zh: 'CSV' },
  families: ['classification', 'multilabel', 'similarity', 'inference'],
  loses: () => [],
  holdsUnlabelled: true,
  obstacle: firstOf(unreadable, separatorInLabel, windowsBreak, plainText),
  write: ({ goldField, name, folder, facts, records }) => {
    const { hasGold, hasGroups } = facts;
    const texts = facts.isPair ? ['text1', 'text2'] : ['text'];
    const gold = hasGold ? [goldField] : [];
    return writeLines(
      join(folder, `${name}.csv`),
      records(),
      (record) =>
        rowOf([
          ...[record.id, ...record.texts, ...(hasGold ? [record.gold?.labels.join('#') ?? ''] : [])],
          ...(hasGroups ? [record.group ?? ''] : []),
        ]),
      { before: rowOf(['id', ...texts, ...gold, ...(hasGroups ? ['group'] : [])]) },
    );
  },
};

const rowOf = (cells: readonly string[]): string => cells.map(cellOf).join(',');
const cellOf = (cell: string): string => (/[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
