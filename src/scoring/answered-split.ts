import { readLineBatches } from '../ground/files.ts';
import { isParquet, openParquet } from '../ground/parquet-rows.ts';
import { HEADER_NOTE, PREDICTIONS_SCHEMA } from './header.ts';

/**
 * The split named in the header of a file of predictions; undefined where there is none. Throws a UserError where the file
 * cannot be read.
 */
export async function answeredSplit(path: string): Promise<string | undefined> {
  const header = (await isParquet(path))
    ? (await openParquet(path)).notes.get(HEADER_NOTE)
    : await firstLine(path);
  if (!header?.includes(PREDICTIONS_SCHEMA)) return undefined;
  try {
    const { split } = JSON.parse(header);
    return typeof split === 'string' ? split : undefined;
  } catch {
    return undefined;
  }
}

async function firstLine(path: string): Promise<string | undefined> {
  for await (const [first] of readLineBatches(path)) return first?.text;
  return undefined;
}
