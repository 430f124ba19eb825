import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UserError } from './errors.ts';
import { explainFileError, nameOf, STANDARD } from './files.ts';
import { withTemporaryDirectory } from './temporary.ts';

/**
 * Gives `use` a file that can be read again from its beginning: the file itself, or a temporary copy of standard input
 * (`-`) or of a pipe, which is removed afterwards. Throws a UserError for errors of the file system; errors of `use` that
 * name the copy name what was copied instead.
 */
export async function withRereadable<T>(file: string, use: (path: string) => Promise<T>): Promise<T> {
  if (!(await isStream(file))) return use(file);
  return withTemporaryDirectory('input', async (directory) => {
    const copy = join(directory, 'input');
    try {
      const source = file === STANDARD ? process.stdin : createReadStream(file);
      await pipeline(source, createWriteStream(copy)).catch((error) => {
        throw explainFileError(error, file);
      });
      return await use(copy);
    } catch (error) {
      throw renamed(error, copy, nameOf(file));
    }
  });
}

/** An error that names `to` where it named `from`; any other is returned unchanged. */
export function renamed(error: unknown, from: string, to: string): unknown {
  if (!(error instanceof UserError) || error.place.file !== from) return error;
  const { code, text, place, hintText: hint, exitCode } = error;
  return new UserError(code, text, { ...place, file: to, hint, exitCode });
}

async function isStream(file: string): Promise<boolean> {
  if (file === STANDARD) return true;
  const found = await stat(file).catch(() => undefined);
  return found !== undefined && !found.isFile() && !found.isDirectory();
}
