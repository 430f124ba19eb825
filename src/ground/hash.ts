import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { explainFileError } from './files.ts';
import { finite } from './json.ts';

const BLOCK_BYTES = 1 << 20;

/** SHA-256 of a file in lower-case hexadecimal, in constant memory. Throws a UserError where it cannot be read. */
export async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const block of createReadStream(file, { highWaterMark: BLOCK_BYTES })) hash.update(block);
  } catch (error) {
    throw explainFileError(error, file);
  }
  return hash.digest('hex');
}

/** SHA-256 of a file, or of the names and contents of all files of a directory. Throws a UserError where one cannot be read. */
export async function hashPath(path: string): Promise<string> {
  const found = await stat(path).catch((error) => {
    throw explainFileError(error, path);
  });
  if (!found.isDirectory()) return hashFile(path);
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const hash = createHash('sha256');
  for (const file of files.sort()) hash.update(`${relative(path, file)}\0${await hashFile(file)}\n`);
  return hash.digest('hex');
}

export type Sealed<T> = T & { readonly sha256: string };

/** A record with the SHA-256 of its own content, as `isSealed` verifies it once the record was written as JSON and read. */
export const seal = <T extends object>(record: T): Sealed<T> => ({ ...record, sha256: digestOf(record) });

/** Whether a record, as `JSON.parse` gives it, is what `seal` was given. */
export function isSealed({ sha256, ...record }: { readonly [field: string]: unknown }): boolean {
  try {
    return sha256 === digestOf(record);
  } catch (error) {
    // nested too deeply to be written, so it was not made by `seal`
    if (error instanceof RangeError) return false;
    throw error;
  }
}

const digestOf = (record: object): string =>
  createHash('sha256').update(JSON.stringify(record, finite)).digest('hex');
