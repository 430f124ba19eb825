import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../ground/errors.ts';
import { explainFileError } from '../../ground/files.ts';
import { hashFile, isSealed } from '../../ground/hash.ts';

/** The file of a fine-tuned folder with the SHA-256 of every other one. */
export const MANIFEST = 'chineseblue.json';

/**
 * Verifies the files of a fine-tuned folder against its manifest; a folder without one has nothing to verify. Throws a
 * UserError `damaged-model` that names the file that is not what was written.
 */
export async function verifyFolder(folder: string): Promise<void> {
  const file = join(folder, MANIFEST);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return;
    throw explainFileError(error, file);
  }
  const manifest = parse(text);
  if (manifest === undefined || ('sha256' in manifest && !isSealed(manifest))) throw altered(file);
  for (const [name, sha256] of Object.entries(manifest.files ?? {})) {
    const path = join(folder, name);
    if ((await hashFile(path)) !== sha256) throw altered(path);
  }
}

/** The error for an altered file of a kept model. */
export const altered = (file: string): UserError =>
  new UserError(
    'damaged-model',
    {
      en: 'This file of a kept model has changed since it was written',
      zh: '已保存模型的该文件与写入时不符',
    },
    {
      file,
      hint: {
        en: 'Restore it from a copy, or fine-tune again with `chineseblue train --model bert`.',
        zh: '请从备份恢复，或用 `chineseblue train --model bert` 重新微调。',
      },
    },
  );

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
