import { expect, it } from 'vitest';
import { type SheetRow, sheetRows } from './sheet-rows.ts';

const LAST = 1_048_576;
const CHUNKS = 12;
const ROWS_OF_CHUNK = 200;

const cell = (column: string, row: number, text: string): string =>
  `<c r="${column}${row}" t="inlineStr"><is><t>${text}</t></is></c>`;
const rowOf = (number: number): string =>
  `<row r="${number}">${cell('A', number, `文本${number}`)}${cell('B', number, 'a')}</row>`;

/** A sheet whose part is made chunk by chunk while it is read; `chunks` counts those of each pass over it. */
function sheetOf(bodies: () => Iterable<string>) {
  const chunks: number[] = [];
  const part = {
    ...{ name: 'sheet1.xml', bytes: 0, packed: 0 },
    async *read() {
      const pass = chunks.push(0) - 1;
      for (const body of bodies()) {
        chunks[pass]++;
        yield Buffer.from(body);
      }
    },
  };
  const sheet = { name: '数据', isHidden: false, part };
  const strings = async (): Promise<string[]> => [];
  const workbook = { file: 'a.xlsx', sheets: [sheet], styles: [], from1904: false, strings };
  return { chunks, read: () => sheetRows(workbook, sheet, () => undefined) };
}

it('streams a sheet of many rows: it holds no more of them than one chunk of the file has', async () => {
  const { chunks, read } = sheetOf(function* () {
    yield '<worksheet><sheetData>';
    for (let chunk = 0; chunk < CHUNKS; chunk++)
      yield Array.from({ length: ROWS_OF_CHUNK }, (_, i) => rowOf(chunk * ROWS_OF_CHUNK + i + 1)).join('');
    yield '</sheetData><mergeCells><mergeCell ref="B1:B2"/></mergeCells></worksheet>';
  });
  let rows = 0;
  let last: SheetRow | undefined;
  for await (const batch of read()) {
    expect(batch).toHaveLength(ROWS_OF_CHUNK);
    rows += batch.length;
    // One pass finds merged cells; the other has read what was given out, and the tag before it.
    expect(chunks).toEqual([CHUNKS + 2, rows / ROWS_OF_CHUNK + 1]);
    last = batch.at(-1);
  }
  expect(rows).toBe(CHUNKS * ROWS_OF_CHUNK);
  expect(last).toEqual({ number: rows, cells: [`文本${rows}`, 'a'] });
});

it('reads the last row that the format allows, and refuses one after it', async () => {
  const ending = (number: number) =>
    sheetOf(() => [`<worksheet><sheetData>${rowOf(1)}${rowOf(number)}</sheetData></worksheet>`]).read();
  const { value } = await ending(LAST).next();
  expect(value.map(({ number }: SheetRow) => number)).toEqual([1, LAST]);
  await expect(ending(LAST + 1).next()).rejects.toThrow('rows');
});
