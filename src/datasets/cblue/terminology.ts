import { rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../../ground/errors.ts';
import { createDirectory } from '../../ground/files.ts';
import { sheetRows } from '../imports/formats/xlsx/sheet-rows.ts';
import { openWorkbook } from '../imports/formats/xlsx/workbook.ts';
import type { SourceFile } from './sources.ts';

/** The file of the terms of CHIP-CDN, one per line, below the folder of CBLUE. */
export const TERMINOLOGY = 'CHIP-CDN/terminology.txt';

/** How the archive calls the workbook: 国际疾病分类 ICD-10北京临床版v601.xlsx. */
const NAME = /ICD-?10.*\.xlsx$/i;
/** Codes are in the first column, and there is no header. */
const COLUMN = 1;

/** The workbook with the terminology among the files of an archive, if there is one. */
export const findTerminology = (sources: readonly SourceFile[]): SourceFile | undefined =>
  sources.find(({ base }) => NAME.test(base));

/**
 * Writes the terms of the workbook, each once, in its order, to the staging directory. Returns how many there are. Throws a
 * UserError that names the source for a damaged workbook, and `no-terms` where its second column is empty.
 */
export async function takeTerminology(source: SourceFile, staging: string): Promise<number> {
  const destination = join(staging, TERMINOLOGY);
  const workbook = `${destination}.xlsx`;
  await createDirectory(dirname(destination));
  await writeFile(workbook, await source.read());
  const terms = new Set<string>();
  try {
    const opened = await openWorkbook(workbook);
    const [first] = opened.sheets;
    if (first) {
      for await (const rows of sheetRows(opened, first, () => undefined))
        for (const { cells } of rows) if (cells[COLUMN]?.trim()) terms.add(cells[COLUMN].trim());
    }
  } catch (error) {
    throw renamed(error, source.name);
  } finally {
    await rm(workbook, { force: true });
  }
  if (terms.size === 0) throw noTerms(source.name);
  await writeFile(destination, `${[...terms].join('\n')}\n`);
  return terms.size;
}

/** A UserError about the copy that was read, as one about where it came from. */
function renamed(error: unknown, file: string): unknown {
  if (!(error instanceof UserError)) {
    const cause = error instanceof Error ? error.message : String(error);
    return new UserError(
      'bad-workbook',
      { en: `The workbook cannot be read: ${cause}`, zh: `无法读取工作簿：${cause}` },
      { file, hint: { en: 'Fetch it again.', zh: '请重新下载。' } },
    );
  }
  const { code, text, place, hintText: hint, exitCode } = error;
  return new UserError(code, text, { ...place, file, hint, exitCode });
}

const noTerms = (file: string): UserError =>
  new UserError(
    'no-terms',
    { en: 'The second column of the terminology is empty', zh: '术语表第二列为空' },
    { file, hint: { en: 'It has a code and a term in each row.', zh: '每行应为编码与术语。' } },
  );
