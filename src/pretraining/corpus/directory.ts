import { existsSync, readdirSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../ground/errors.ts';
import { explainFileError, makeDirectory } from '../../ground/files.ts';
import { MANIFEST } from './manifest.ts';

/**
 * Runs `write` on a temporary directory that then becomes `out`, whole or not at all. With `force` a corpus that is
 * there is replaced. Throws a UserError (`out-exists`) where `out` holds anything else.
 */
export async function writeDirectory<T>(
  out: string,
  force: boolean,
  write: (temporary: string) => Promise<T>,
): Promise<T> {
  refuseToOverwrite(out, force);
  const temporary = join(dirname(out), `.${basename(out)}.${process.pid}.tmp`);
  await makeDirectory(temporary);
  try {
    const result = await write(temporary);
    await putInPlace(temporary, out);
    return result;
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

function refuseToOverwrite(out: string, force: boolean): void {
  if (!existsSync(out)) return;
  let names: string[];
  try {
    names = readdirSync(out);
  } catch (error) {
    throw explainFileError(error, out);
  }
  const isCorpus = names.includes(MANIFEST);
  if (names.length === 0 || (force && isCorpus)) return;
  throw new UserError(
    'out-exists',
    { en: 'The directory exists and is not empty', zh: '目录已存在且非空' },
    {
      file: out,
      hint: isCorpus
        ? { en: 'Use --force to replace this corpus.', zh: '用 --force 替换该语料。' }
        : { en: 'Choose another directory.', zh: '请换一个目录。' },
    },
  );
}

async function putInPlace(temporary: string, out: string): Promise<void> {
  const old = `${temporary}.old`;
  try {
    await mkdir(dirname(out), { recursive: true });
    if (existsSync(out)) await rename(out, old);
    await rename(temporary, out);
    await rm(old, { recursive: true, force: true });
  } catch (error) {
    if (existsSync(old) && !existsSync(out)) await rename(old, out);
    throw explainFileError(error, out);
  }
}
