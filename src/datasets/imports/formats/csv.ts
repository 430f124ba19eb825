import { counted } from '../../../ground/counted.ts';
import { readCsvRows } from '../../../ground/csv-rows.ts';
import { UserError } from '../../../ground/errors.ts';
import type { ImportFormat } from '../import-format.ts';
import type { Head, RawPlace, ReadContext } from '../raw.ts';
import { columnNames, type PlacedRow, readTable, type TableRow } from '../tables.ts';

const SEPARATORS = [',', '\t', ';', '|'];

/** The separator that the header has most of; undefined if it has none. */
function separatorOf(header: string): string | undefined {
  const count = (separator: string): number => header.split(separator).length - 1;
  const best = SEPARATORS.reduce((a, b) => (count(b) > count(a) ? b : a));
  return count(best) > 0 ? best : undefined;
}

/** Separated values with a header row: commas, tabs, semicolons or bars, quoted by RFC 4180. */
export const csv: ImportFormat = {
  title: { en: 'separated values with a header', zh: '带表头的分隔文本' },
  offsets: { unit: 'code-point', end: 'exclusive' },
  fits: ({ lines }) => lines.length > 1 && separatorOf(lines[0]) !== undefined,
  read: (head, context) => readTable(rowsOf(head, context), context, head.file),
};

const MARK = '\ufeff';

async function* rowsOf({ file, path, lines }: Head, { misfit }: ReadContext): AsyncGenerator<PlacedRow> {
  let header: readonly string[] | undefined;
  let names: readonly (string | undefined)[] = [];
  for await (const { cells: given, line } of readCsvRows(path, separatorOf(lines[0]))) {
    const place = { file, line };
    const isMarked = given[0].startsWith(MARK);
    const cells = isMarked ? [given[0].slice(MARK.length), ...given.slice(1)] : given;
    if (isMarked) misfit({ code: 'mark-inside', ...place });
    if (!header) {
      header = cells.map((cell) => cell.trim());
      names = columnNames(header, (_, field) => misfit({ code: 'column-repeated', ...place, field }));
    } else if (cells.every((cell, i) => cell.trim() === header?.[i]))
      misfit({ code: 'header-repeated', ...place });
    else yield { row: rowOf(names, cells, place), place };
  }
}

/** A row by the names of its columns. Throws a UserError `ragged-row` if it has more or fewer cells. */
function rowOf(header: readonly (string | undefined)[], cells: readonly string[], place: RawPlace): TableRow {
  if (cells.length === header.length)
    return Object.fromEntries(header.map((name = '', i) => [name, cells[i]]));
  throw new UserError(
    'ragged-row',
    {
      en: `Expected ${counted(header.length, 'cell')} as in the header, found ${cells.length}`,
      zh: `应与表头同为 ${header.length} 格，实际为 ${cells.length} 格`,
    },
    {
      ...place,
      hint: {
        en: 'Quote cells that contain the separator ("…").',
        zh: '含分隔符的单元格请加双引号（"…"）。',
      },
    },
  );
}
