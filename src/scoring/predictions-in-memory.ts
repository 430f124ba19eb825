import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Question } from '../datasets/dataset.ts';
import { withTemporaryDirectory } from '../ground/temporary.ts';
import type { Task } from '../tasks/task.ts';
import { readAnyPredictions } from './corpus-format.ts';
import {
  type NamedBytes,
  type PredictionOptions,
  type ReadPredictions,
  readPredictions,
} from './predictions.ts';

/** Bytes at the beginning of a file that contain the start of its first line, unless very many blank lines precede it. */
const HEAD_BYTES = 1024;
/** How JSON Lines begin, as `readAnyPredictions` distinguishes them from other formats. */
const JSON_LINE = /^[ \t\r\n]*\{[ \t]*["}]/;

/**
 * `readAnyPredictions` for a file in memory: JSON Lines are read directly, other formats from `path` or else from a temporary
 * file.
 */
export async function readPredictionBytes(
  file: NamedBytes & { readonly path?: string },
  task: Task,
  questions: readonly Question[],
  options: PredictionOptions,
): Promise<ReadPredictions> {
  const { bytes, name, path: known } = file;
  const head = Buffer.from(bytes.subarray(0, HEAD_BYTES)).toString('latin1');
  if (JSON_LINE.test(head)) return readPredictions({ bytes, name }, task, questions, options);
  if (known !== undefined) return readAnyPredictions({ path: known, name }, task, questions, options);
  return withTemporaryDirectory('answers', async (directory) => {
    const path = join(directory, 'answers');
    await writeFile(path, bytes, { mode: 0o600 });
    return readAnyPredictions({ path, name }, task, questions, options);
  });
}
