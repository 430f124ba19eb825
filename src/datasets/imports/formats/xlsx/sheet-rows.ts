import type { ZipFile } from '../../../../fetch/zip.ts';
import { showNumber } from './numbers.ts';
import { textsOf, unescapeUnits } from './parts.ts';
import { type Sheet, tooLarge, type Workbook } from './workbook.ts';
import { attributeOf, createXmlParser } from './xml.ts';

/** A row of a sheet: what its cells show, by column; absent if a cell is empty. */
export interface SheetRow {
  /** 1-based, as the spreadsheet counts. */
  readonly number: number;
  readonly cells: readonly (string | undefined)[];
}

/** What is wrong with a cell that is read as empty. */
export type CellMisfit = 'cell-error' | 'formula-without-value';

/** The limits of the format. */
const MAX_ROWS = 1_048_576;
const MAX_COLUMNS = 16_384;
const MAX_CELL = 1 << 20;
/** Cells of merged ranges together. */
const MAX_MERGED = 1 << 26;

/**
 * Streams the rows that are not empty, a batch for every part of the file read. A cell is its value: of a formula the one
 * that was computed, of a date `2024-03-01`, of a number its digits; every cell of a merged range has its value.
 * Throws an Error that says what is wrong.
 */
export async function* sheetRows(
  workbook: Workbook,
  { part }: Sheet,
  misfit: OnCell,
): AsyncGenerator<SheetRow[]> {
  const fill = createFill(await mergedRanges(part, workbook.file));
  const reader = createRowReader(workbook, await workbook.strings(), misfit);
  const parser = createXmlParser(reader.handler);
  for await (const text of textsOf(part)) {
    parser.push(text);
    const rows = reader.take();
    for (const row of rows) fill(row.number, row.cells);
    const filled = rows.filter(({ cells }) => cells.some((cell) => cell !== undefined));
    if (filled.length > 0) yield filled;
  }
  parser.end();
}

interface OpenRow {
  readonly number: number;
  readonly cells: (string | undefined)[];
}

interface Cell {
  readonly column: number;
  readonly type: string;
  readonly style: number;
  value: string;
  hasValue: boolean;
  hasFormula: boolean;
}

type OnCell = (code: CellMisfit, row: number, column: number) => void;

/** Reads the rows of a sheet from its tags. */
function createRowReader(workbook: Workbook, strings: readonly string[], misfit: OnCell) {
  let rows: OpenRow[] = [];
  let row: OpenRow | undefined;
  let before = 0;
  const cells = createCellReader(workbook.file);
  const beginRow = (attributes: string): void => {
    const number = Number(attributeOf(attributes, 'r') ?? before + 1);
    if (!Number.isInteger(number) || number <= before || number > MAX_ROWS)
      throw new Error('its rows are out of order');
    before = number;
    row = { number, cells: [] };
  };
  const endCell = (): void => {
    const cell = cells.end();
    if (!cell || !row) return;
    const { column } = cell;
    if (cell.type === 'e') misfit('cell-error', row.number, column);
    else if (isUncomputed(cell)) misfit('formula-without-value', row.number, column);
    while (row.cells.length < column) row.cells.push(undefined);
    row.cells[column] = shownValue(cell, workbook, strings);
  };
  return {
    take(): OpenRow[] {
      const done = rows;
      rows = [];
      return done;
    },
    handler: {
      open(name: string, attributes: string): void {
        if (name === 'row') beginRow(attributes);
        else if (name !== 'c') cells.open(name);
        else if (row) cells.begin(attributes, row.cells.length);
        else throw new Error('a cell stands outside of rows');
      },
      close(name: string): void {
        if (name === 'c') endCell();
        else if (name !== 'row') cells.close(name);
        else if (row) {
          rows.push(row);
          row = undefined;
        }
      },
      text: cells.text,
    },
  };
}

/** Reads one cell after another from its tags. */
function createCellReader(file: string) {
  let cell: Cell | undefined;
  let [isValue, isReading] = [false, false];
  return {
    /** `next`: the column of a cell that does not name its own. */
    begin(attributes: string, next: number): void {
      const reference = attributeOf(attributes, 'r');
      const column = reference === undefined ? next : columnOf(reference);
      const style = Number(attributeOf(attributes, 's') ?? -1);
      const type = attributeOf(attributes, 't') ?? 'n';
      cell = { column, type, style, value: '', hasValue: false, hasFormula: false };
    },
    open(name: string): void {
      if (name === 'rPh') isReading = true;
      else if (cell && name === 'f') cell.hasFormula = true;
      else if (cell && (name === 'v' || name === 't')) {
        isValue = !isReading;
        cell.hasValue ||= isValue;
      }
    },
    close(name: string): void {
      if (name === 'rPh') isReading = false;
      else if (name === 'v' || name === 't') isValue = false;
    },
    text(part: string): void {
      if (!isValue || !cell) return;
      cell.value += part;
      if (cell.value.length > MAX_CELL) throw tooLarge(file);
    },
    end(): Cell | undefined {
      const done = cell;
      cell = undefined;
      return done;
    },
  };
}

/** A formula without a stored result: the program that wrote the file did not compute it. */
const isUncomputed = ({ hasFormula, hasValue, type, value }: Cell): boolean =>
  hasFormula && (!hasValue || (value === '' && type !== 'str'));

/** What a cell shows; undefined if it is empty. */
function shownValue(cell: Cell, workbook: Workbook, strings: readonly string[]): string | undefined {
  const { type, value, hasValue } = cell;
  if (!hasValue || type === 'e') return undefined;
  const shown = (): string | undefined => {
    if (type === 's') {
      const found = strings[Number(value)];
      if (found === undefined) throw new Error('a cell refers to a text that is not there');
      return found;
    }
    if (type === 'b') return value.trim() === '1' ? 'TRUE' : 'FALSE';
    if (type === 'n') return showNumber(value, workbook.styles[cell.style], workbook.from1904);
    return type === 'd' ? value : unescapeUnits(value);
  };
  const text = shown();
  return text === '' ? undefined : text;
}

/** `C7` → 2. */
function columnOf(reference: string): number {
  const letters = /^[A-Z]{1,3}/i.exec(reference)?.[0].toUpperCase();
  if (letters === undefined) throw new Error(`a cell has no place: ${reference.slice(0, 20)}`);
  let column = 0;
  for (const letter of letters) column = column * 26 + letter.charCodeAt(0) - 64;
  if (column > MAX_COLUMNS) throw new Error(`a cell is too far to the right: ${letters}`);
  return column - 1;
}

interface Range {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** The merged ranges of a sheet by their first row; in the file they follow its rows. */
async function mergedRanges(part: ZipFile, file: string): Promise<Range[]> {
  const ranges: Range[] = [];
  let cells = 0;
  const parser = createXmlParser({
    open(name, attributes) {
      if (name !== 'mergeCell') return;
      const [from = '', to = from] = (attributeOf(attributes, 'ref') ?? '').split(':');
      const [top, bottom] = [from, to].map((one) => Number(/\d+$/.exec(one)?.[0]));
      const range = { top, bottom, left: columnOf(from), right: columnOf(to) };
      if (!(bottom >= top)) return;
      cells += (bottom - top + 1) * (range.right - range.left + 1);
      if (cells > MAX_MERGED) throw tooLarge(file);
      ranges.push(range);
    },
    close: () => undefined,
    text: () => undefined,
  });
  const end = 'sheetData>';
  let [tail, isBehind] = ['', false];
  for await (const text of textsOf(part)) {
    if (isBehind) parser.push(text);
    else {
      const seen = tail + text;
      const at = seen.search(/<\/(\w+:)?sheetData>/);
      isBehind = at >= 0;
      if (isBehind) parser.push(seen.slice(seen.indexOf(end, at) + end.length));
      else tail = seen.slice(-64);
    }
  }
  return ranges.sort((a, b) => a.top - b.top);
}

/** Gives the cells of merged ranges the value of their first, row after row. */
function createFill(ranges: readonly Range[]): (row: number, cells: OpenRow['cells']) => void {
  let next = 0;
  let active: { range: Range; value: string | undefined }[] = [];
  return (row, cells) => {
    if (next >= ranges.length && active.length === 0) return;
    active = active.filter(({ range }) => range.bottom >= row);
    for (; next < ranges.length && ranges[next].top <= row; next++) {
      const range = ranges[next];
      if (range.top === row) active.push({ range, value: cells[range.left] });
    }
    for (const { range, value } of active) {
      if (value === undefined) continue;
      while (cells.length < range.left) cells.push(undefined);
      for (let column = range.left; column <= range.right; column++) cells[column] ??= value;
    }
  };
}
