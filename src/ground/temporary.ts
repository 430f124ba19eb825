import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explainFileError } from './files.ts';

/** Those in use: what they hold may be private, and a second Ctrl-C ends the process without unwinding. */
const inUse = new Set<string>();

process.once('exit', () => {
  for (const directory of inUse) rmSync(directory, { recursive: true, force: true });
});

/**
 * Gives `use` a temporary directory that only its owner can read, and removes it afterwards or when the process exits. Throws
 * a UserError where it cannot be made.
 */
export async function withTemporaryDirectory<T>(
  purpose: string,
  use: (directory: string) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), `chineseblue-${purpose}-`)).catch((error) => {
    throw explainFileError(error, tmpdir());
  });
  inUse.add(directory);
  try {
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
    inUse.delete(directory);
  }
}
