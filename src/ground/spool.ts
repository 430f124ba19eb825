import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { explainFileError, STANDARD } from './files.ts';

/**
 * Gives `use` a file that can be read again from its beginning: the file itself, or a temporary copy of standard input
 * (`-`) or of a pipe, which is removed afterwards. Throws a UserError for errors of the file system.
 */
export async function withRereadable<T>(file: string, use: (path: string) => Promise<T>): Promise<T> {
  if (!(await isStream(file))) return use(file);
  const directory = await mkdtemp(join(tmpdir(), 'chineseblue-input-'));
  const copy = join(directory, 'input');
  try {
    const source = file === STANDARD ? process.stdin : createReadStream(file);
    await pipeline(source, createWriteStream(copy)).catch((error) => {
      throw explainFileError(error, file);
    });
    return await use(copy);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function isStream(file: string): Promise<boolean> {
  if (file === STANDARD) return true;
  const found = await stat(file).catch(() => undefined);
  return found !== undefined && !found.isFile() && !found.isDirectory();
}
