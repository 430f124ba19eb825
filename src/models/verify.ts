import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { explainFileError } from '../ground/files.ts';
import { verifyRecord } from './bert/record.ts';
import { ENSEMBLE_FILE, memberPath, readEnsemble } from './ensemble/folder.ts';
import { isBuiltIn } from './registry.ts';
import { verifyModelFile } from './shared/modelfile.ts';

/**
 * Verifies the hashes of a model that a built-in kind kept: of one file, of every file of a folder, or of every member of an
 * ensemble. Throws a UserError that names the file that is not what was written.
 */
export async function verifyModel(path: string): Promise<void> {
  const found = await stat(path).catch((error) => {
    throw explainFileError(error, path);
  });
  if (!found.isDirectory()) await verifyModelFile(path);
  else if (!existsSync(join(path, ENSEMBLE_FILE))) await verifyRecord(path);
  else
    for (const [index, { kind }] of (await readEnsemble(path)).members.entries())
      if (isBuiltIn(kind)) await verifyModel(memberPath(path, index));
}
