import { stat } from 'node:fs/promises';
import { explainFileError } from '../ground/files.ts';
import { verifyRecord } from './bert/record.ts';
import { verifyModelFile } from './shared/modelfile.ts';

/**
 * Verifies the hashes of a model that a built-in kind kept: of one file, or of every file of a folder. Throws a UserError that
 * names the file that is not what was written.
 */
export async function verifyModel(path: string): Promise<void> {
  const found = await stat(path).catch((error) => {
    throw explainFileError(error, path);
  });
  if (found.isDirectory()) await verifyRecord(path);
  else await verifyModelFile(path);
}
