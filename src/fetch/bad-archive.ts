import { UserError } from '../ground/errors.ts';
import { explainFileError } from '../ground/files.ts';
import type { Text } from '../ground/language.ts';

/** What is wrong with an archive that cannot be read: a UserError `bad-archive`, or the one of the file system. */
export function badArchive(error: unknown, file: string, hint: Text): UserError {
  const explained = explainFileError(error, file);
  if (explained instanceof UserError) return explained;
  const cause = error instanceof Error ? error.message : String(error);
  return new UserError(
    'bad-archive',
    { en: `The archive cannot be read: ${cause}`, zh: `无法读取压缩包：${cause}` },
    { file, hint },
  );
}
