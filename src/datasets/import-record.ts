import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../ground/errors.ts';
import { readTextFile } from '../ground/files.ts';
import { isSealed } from '../ground/hash.ts';
import type { Task } from '../tasks/task.ts';
import { isObject } from './formats/records.ts';
import type { AgreementReport } from './imports/agreement.ts';

/** The record that `data import` leaves next to a corpus. */
export const IMPORT_RECORD = 'import.json';

/**
 * How far the annotators of an imported corpus agree; undefined of other corpora, and where one person annotated. Throws a
 * UserError `damaged-record` where the record was altered.
 */
export async function readAgreement(
  { corpus }: Pick<Task, 'corpus'>,
  dir: string,
): Promise<AgreementReport | undefined> {
  const file = join(dir, corpus.folder, IMPORT_RECORD);
  if (!existsSync(file)) return undefined;
  const record = parse(await readTextFile(file));
  if (!isObject(record) || !isSealed(record)) throw damaged(file);
  // What was sealed is what `importData` wrote.
  const { agreement } = record as { readonly agreement?: AgreementReport | null };
  return agreement?.labels ? agreement : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const damaged = (file: string): UserError =>
  new UserError(
    'damaged-record',
    { en: 'The record of this import is not what was written', zh: '该导入记录与写入时不符' },
    { file, hint: { en: 'Import the sources again.', zh: '请重新导入。' } },
  );
