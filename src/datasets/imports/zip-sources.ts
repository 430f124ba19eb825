import { basename, extname, join } from 'node:path';
import { badArchive } from '../../fetch/bad-archive.ts';
import { archiveTooLarge, mostUnpacked } from '../../fetch/tar.ts';
import { readZip, type ZipFile } from '../../fetch/zip.ts';
import { UserError } from '../../ground/errors.ts';
import { writeAtomic } from '../../ground/files.ts';
import type { Text } from '../../ground/language.ts';
import { renamed } from '../../ground/spool.ts';
import { withTemporaryDirectory } from '../../ground/temporary.ts';
import { isSystemFile } from '../system-files.ts';
import type { Misfit } from './raw.ts';
import type { Source } from './source.ts';
import { splitOf } from './split-names.ts';
import { textSource } from './text-source.ts';

/** Files up to this size contain no record: an empty list, or the line end of an empty table. */
export const EMPTY_BYTES = 4;

const EXTENSIONS = ['.jsonl', '.json', '.csv', '.tsv', '.conll', '.txt'];

/**
 * The text files of a zip archive, each read from a temporary copy. Several files with different names, of which none names
 * a split, are the work of one annotator each, as doccano exports projects that are not shared: a file for every user, named
 * after the user. Files without content are left out. Throws a UserError: `bad-archive`, `archive-too-large`, `no-sources`.
 */
export async function zipSources(archive: string, misfit: (misfit: Misfit) => void): Promise<Source[]> {
  const all = (await listed(archive)).filter(({ name }) => isData(name));
  const files = all.filter(({ bytes }) => bytes > EMPTY_BYTES);
  if (files.length === 0) throw noSources(archive);
  for (const { name, bytes } of all)
    if (bytes <= EMPTY_BYTES) misfit({ code: 'file-empty', file: `${archive}/${name}` });
  const most = await mostUnpacked(archive);
  if (files.reduce((sum, { bytes }) => sum + bytes, 0) > most) throw archiveTooLarge(archive);
  const users = new Set(files.map(({ name }) => userOf(name)));
  const isByUser =
    files.length > 1 && users.size === files.length && files.every(({ name }) => splitOf(name) === undefined);
  return files.map((file) => {
    const annotator = isByUser ? userOf(file.name) : undefined;
    const name = `${archive}/${file.name}`;
    return textSource(
      { path: archive, name, split: splitOf(file.name) ?? splitOf(archive), annotator },
      (use) => withCopy(file, { archive, name }, use),
    );
  });
}

const userOf = (name: string): string => basename(name, extname(name));

/** Whether an archive is an Excel workbook, whatever its name. Throws a UserError `bad-archive`. */
export const isWorkbook = async (archive: string): Promise<boolean> =>
  (await listed(archive)).some(({ name }) => name === 'xl/workbook.xml');

const isData = (name: string): boolean =>
  EXTENSIONS.includes(extname(name).toLowerCase()) && !isSystemFile(name);

async function listed(archive: string): Promise<ZipFile[]> {
  return readZip(archive).catch((error) => {
    throw badArchive(error, archive, AGAIN);
  });
}

async function withCopy<T>(
  file: ZipFile,
  { archive, name }: { readonly archive: string; readonly name: string },
  use: (path: string) => Promise<T>,
): Promise<T> {
  const checked = async function* (): AsyncGenerator<Uint8Array> {
    try {
      yield* file.read();
    } catch (error) {
      throw badArchive(error, archive, AGAIN);
    }
  };
  return withTemporaryDirectory('import', async (directory) => {
    const copy = join(directory, 'source');
    try {
      await writeAtomic(copy, checked());
      return await use(copy);
    } catch (error) {
      throw renamed(error, copy, name);
    }
  });
}

const AGAIN: Text = {
  en: 'Export it again, or unpack it and name the files.',
  zh: '请重新导出，或解压后指定文件。',
};

const noSources = (file: string): UserError =>
  new UserError(
    'no-sources',
    { en: 'The archive contains nothing that can be imported', zh: '该压缩包中没有可导入的内容' },
    {
      file,
      hint: {
        en: `Looked for files ending in ${EXTENSIONS.join(', ')}. Unpack others, and name the folder.`,
        zh: `查找的扩展名为 ${EXTENSIONS.join('、')}。其他内容请解压后指定目录。`,
      },
    },
  );
