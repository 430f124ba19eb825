import { join } from 'node:path';
import type { ExportFormat, ExportRecord } from '../export-format.ts';
import { unreadable } from '../obstacles.ts';
import { writeLines } from '../write-lines.ts';

/** Plain JSON Lines: `text`, or `text1` and `text2`, with `label` or `labels`. */
export const jsonl: ExportFormat = {
  title: { en: 'JSON Lines', zh: 'JSON Lines' },
  families: ['classification', 'multilabel', 'similarity', 'inference'],
  loses: () => [],
  holdsUnlabelled: true,
  obstacle: unreadable,
  write: ({ goldField, name, folder, records }) =>
    writeLines(join(folder, `${name}.jsonl`), records(), ({ id, group, texts, gold }: ExportRecord) => {
      const [text1, text2] = texts;
      const classes = goldField === 'labels' ? { labels: gold?.labels } : { label: gold?.labels[0] };
      return JSON.stringify({
        id,
        ...(text2 === undefined ? { text: text1 } : { text1, text2 }),
        ...classes,
        group,
      });
    }),
};
