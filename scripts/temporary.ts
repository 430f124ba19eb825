import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes a directory the temporary one of this process and of those that it starts; returns a function that undoes it. */
export function useTemporary(directory: string): () => void {
  // Node's cache of compiled code stays where it is: it is meant to outlive a run.
  process.env.NODE_COMPILE_CACHE ||= join(tmpdir(), 'node-compile-cache');
  const before = process.env.TMPDIR;
  process.env.TMPDIR = directory;
  return () => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  };
}

/**
 * Vitest's global setup: the run has a separate temporary directory, for all workers and the processes that tests
 * start. It is removed at the end, whatever the outcome; a test that left anything in it makes the run fail.
 */
export default function setup(): () => void {
  const directory = mkdtempSync(join(tmpdir(), 'chineseblue-tests-'));
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  const restore = useTemporary(directory);
  process.once('exit', remove);
  return () => {
    const left = readdirSync(directory);
    remove();
    restore();
    if (left.length > 0) throw new Error(`Tests left in the temporary directory: ${left.join(', ')}`);
  };
}
