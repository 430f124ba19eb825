import { createLineWriter } from '../imports/lines.ts';
import type { ExportRecord } from './export-format.ts';

/** Writes a file with one piece of text for each record, each followed by a line end. Throws a UserError. */
export async function writeLines(
  file: string,
  records: AsyncIterable<ExportRecord>,
  lineOf: (record: ExportRecord, index: number) => string,
  around: { readonly before?: string; readonly after?: string } = {},
): Promise<void> {
  await using writer = await createLineWriter(file);
  if (around.before !== undefined) await writer.write(around.before);
  let index = 0;
  for await (const record of records) {
    const full = writer.write(lineOf(record, index++));
    if (full) await full;
  }
  if (around.after !== undefined) await writer.write(around.after);
  await writer.close();
}
