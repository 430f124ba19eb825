import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { badArchive } from '../../fetch/bad-archive.ts';
import { readZip } from '../../fetch/zip.ts';
import { UserError } from '../../ground/errors.ts';
import { explainFileError } from '../../ground/files.ts';
import type { Text } from '../../ground/language.ts';

/** A file in a folder or zip that the user names. */
export interface SourceFile {
  /** For people: `CMeEE.zip: CMeEE/CMeEE_dev.json`. */
  readonly name: string;
  readonly base: string;
  readonly bytes: number;
  read(): Promise<Buffer>;
}

/** What was found, and names that were passed over because they look like an attack or a mistake. */
export interface Sources {
  readonly files: readonly SourceFile[];
  readonly ignored: readonly { readonly name: string; readonly reason: Text }[];
}

const MAX_FILES = 100_000;
/** No file of a task is larger: the largest has 25 MB. */
const MAX_FILE_BYTES = 512 * 1024 * 1024;

const OUTSIDE: Text = { en: 'its name points outside the archive', zh: '名称指向压缩包之外' };
const TOO_LARGE: Text = { en: 'too large', zh: '过大' };

/**
 * The files of a zip, or of a folder with everything below it, zips included. Nothing is unpacked here: content is read where
 * it is asked for, against size and checksum. Links are not followed. Throws a UserError `bad-archive` or `archive-too-large`,
 * and those of the file system.
 */
export async function openSources(path: string): Promise<Sources> {
  const files: SourceFile[] = [];
  const ignored: { name: string; reason: Text }[] = [];
  const add = (file: SourceFile, inside: string): void => {
    if (files.length >= MAX_FILES) throw tooLarge(path);
    if (/^[/\\]|^[A-Za-z]:/.test(inside) || inside.split(/[/\\]/).includes('..'))
      ignored.push({ name: file.name, reason: OUTSIDE });
    else if (file.bytes > MAX_FILE_BYTES) ignored.push({ name: file.name, reason: TOO_LARGE });
    else files.push(file);
  };
  const addZip = async (archive: string): Promise<void> => {
    for (const entry of await entriesOf(archive)) add(entry, entry.inside);
  };
  const walk = async (folder: string): Promise<void> => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const child = join(folder, entry.name);
      if (entry.isDirectory()) await walk(child);
      else if (entry.isFile() && isZip(entry.name)) await addZip(child);
      else if (entry.isFile()) add(await plainFile(child), entry.name);
    }
  };
  try {
    if ((await stat(path)).isDirectory()) await walk(path);
    else if (isZip(path)) await addZip(path);
    else throw notAnArchive(path);
  } catch (error) {
    throw explainFileError(error, path);
  }
  return { files, ignored };
}

const isZip = (name: string): boolean => extname(name).toLowerCase() === '.zip';

async function plainFile(path: string): Promise<SourceFile> {
  const { size } = await stat(path);
  return { name: path, base: basename(path), bytes: size, read: () => readFile(path) };
}

async function entriesOf(archive: string): Promise<(SourceFile & { readonly inside: string })[]> {
  const entries = await readZip(archive).catch((error) => {
    throw badArchive(error, archive, AGAIN);
  });
  return entries.map(({ name: inside, bytes, read }) => ({
    inside,
    name: `${archive}: ${inside}`,
    base: inside.slice(Math.max(inside.lastIndexOf('/'), inside.lastIndexOf('\\')) + 1),
    bytes,
    async read() {
      const chunks: Uint8Array[] = [];
      try {
        for await (const chunk of read()) chunks.push(chunk);
      } catch (error) {
        throw badArchive(error, archive, AGAIN);
      }
      return Buffer.concat(chunks);
    },
  }));
}

const AGAIN: Text = {
  en: 'Fetch it again; unpack it first if it has a password.',
  zh: '请重新下载；若有密码，请先解压。',
};

const tooLarge = (file: string): UserError =>
  new UserError(
    'archive-too-large',
    { en: `There are more than ${MAX_FILES} files`, zh: `文件超过 ${MAX_FILES} 个` },
    {
      file,
      hint: { en: 'Name the folder or the zip of CBLUE alone.', zh: '请只指定 CBLUE 的目录或压缩包。' },
    },
  );

const notAnArchive = (file: string): UserError =>
  new UserError(
    'bad-archive',
    { en: 'This is neither a folder nor a .zip', zh: '既不是目录，也不是 .zip 文件' },
    {
      file,
      hint: { en: 'Unpack other archives first and name the folder.', zh: '其他格式请先解压，再指定目录。' },
    },
  );
