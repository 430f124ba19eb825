import { join } from 'node:path';
import { writeAtomic } from '../../../ground/files.ts';
import { parquetParts } from '../../../ground/parquet-writer.ts';
import type { ExportFormat } from '../export-format.ts';
import { firstOf, halfCharacter, loneSurrogate, unreadable } from '../obstacles.ts';
import { tableColumns, tableRows } from '../table-rows.ts';

/** A Parquet file for each split: texts, classes, or lists of entities and relations. */
export const parquet: ExportFormat = {
  title: { en: 'Parquet', zh: 'Parquet' },
  families: ['ner', 'relation', 'classification', 'multilabel', 'similarity', 'inference'],
  loses: () => [],
  holdsUnlabelled: true,
  obstacle: firstOf(unreadable, halfCharacter, loneSurrogate),
  write: ({ name, goldField, folder, shared, records }) =>
    writeAtomic(
      join(folder, `${name}.parquet`),
      parquetParts({ columns: tableColumns(goldField, shared), rows: tableRows(records(), goldField) }),
    ),
};
