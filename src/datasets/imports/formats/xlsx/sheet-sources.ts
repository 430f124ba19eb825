import { UserError } from '../../../../ground/errors.ts';
import type { Fields, Misfit, ReadContext } from '../../raw.ts';
import type { Source } from '../../source.ts';
import { splitNamed, splitOf } from '../../split-names.ts';
import { columnNames, fieldsOf, type PlacedRow, readTable } from '../../tables.ts';
import { type CellMisfit, type SheetRow, sheetRows } from './sheet-rows.ts';
import { badWorkbook, openWorkbook, type Sheet, type Workbook } from './workbook.ts';

/** Rows by which a sheet is known to be a table. */
const HEAD_ROWS = 50;
const LETTERS = 26;

/**
 * The sheets of an `.xlsx` file that hold a table with a header. Of several sheets, those that are hidden or empty, or
 * have no column known to hold a text, are left out. Throws a UserError: `bad-workbook`, `workbook-too-large`,
 * `no-sheet`, and those of `findFields` where no sheet has a text.
 */
export async function sheetSources(
  file: string,
  fields: Fields,
  misfit: (misfit: Misfit) => void,
): Promise<Source[]> {
  const workbook = await openWorkbook(file);
  const visible = workbook.sheets.filter(({ isHidden }) => !isHidden);
  const known: Sheet[] = [];
  let failure: unknown;
  for (const sheet of visible) {
    try {
      const head = await headOf(workbook, sheet);
      if (head.length === 0) continue;
      fieldsOf(head, fields, file);
      known.push(sheet);
    } catch (error) {
      if (!(error instanceof UserError) || !/^(which-fields|no-such-field)$/.test(error.code)) throw error;
      failure ??= error;
    }
  }
  if (known.length === 0) throw failure ?? noSheet(file);
  for (const sheet of workbook.sheets)
    if (!known.includes(sheet)) misfit({ code: 'sheet-left-out', file, field: sheet.name });
  return known.map((sheet) => {
    const name = known.length > 1 ? `${file}#${sheet.name}` : file;
    const split = splitNamed(sheet.name) ?? splitOf(file);
    return {
      path: file,
      name,
      split,
      open: (context, use) => use(openSheet(workbook, sheet, name, context)),
    };
  });
}

const openSheet = (workbook: Workbook, sheet: Sheet, name: string, context: ReadContext) => ({
  ...{ format: 'xlsx', encoding: () => 'utf-8', offsets: { unit: 'utf16', end: 'exclusive' } as const },
  read: () => readTable(placedRows(workbook, sheet, name, context.misfit), context, name),
});

async function headOf(workbook: Workbook, sheet: Sheet): Promise<PlacedRow[]> {
  const head: PlacedRow[] = [];
  for await (const row of placedRows(workbook, sheet, workbook.file, () => undefined))
    if (head.push(row) === HEAD_ROWS) break;
  return head;
}

/** The rows below the header, which is the first row with two different cells: titles above it are merged or alone. */
async function* placedRows(
  workbook: Workbook,
  sheet: Sheet,
  file: string,
  misfit: (misfit: Misfit) => void,
): AsyncGenerator<PlacedRow> {
  const onCell = (code: CellMisfit, row: number, column: number): void =>
    misfit({ code, file, line: row, field: `${letters(column)}${row}` });
  let header: readonly (string | undefined)[] | undefined;
  try {
    for await (const rows of sheetRows(workbook, sheet, onCell)) {
      for (const row of rows) {
        if (header) yield { row: named(header, row), place: { file, line: row.number } };
        else if (new Set(row.cells.filter((cell) => cell !== undefined)).size > 1)
          header = columnNames(
            row.cells.map((cell) => cell?.trim()),
            (column, name) =>
              misfit({
                ...{ code: 'column-repeated', file, line: row.number },
                field: `${letters(column)}${row.number} (${name})`,
              }),
          );
      }
    }
  } catch (error) {
    throw badWorkbook(error, file);
  }
}

/** A row by the names of its columns; columns without a name are no part of the table. */
const named = (header: readonly (string | undefined)[], { cells }: SheetRow): Record<string, string> =>
  Object.fromEntries(header.flatMap((name, i) => (name ? [[name, cells[i] ?? '']] : [])));

/** 2 → `C`. */
function letters(column: number): string {
  const last = String.fromCharCode(65 + (column % LETTERS));
  return column < LETTERS ? last : letters(Math.floor(column / LETTERS) - 1) + last;
}

const noSheet = (file: string): UserError =>
  new UserError(
    'no-sheet',
    { en: 'No sheet holds a table with a header', zh: '没有带表头的工作表' },
    {
      file,
      hint: {
        en: 'Write the names of the columns in the first row: e.g. text, label.',
        zh: '请在首行写上列名，例如 文本、标签。',
      },
    },
  );
