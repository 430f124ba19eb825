import { basename, join } from 'node:path';
import { UserError } from '../ground/errors.ts';
import { readStart, writeAtomic } from '../ground/files.ts';
import { badArchive } from './bad-archive.ts';
import { archiveTooLarge, isGzip, mostUnpacked, readTar } from './tar.ts';
import { readZip } from './zip.ts';

const MAX_ENTRIES = 10_000;
/** Limit for all wanted files together: the weights of a BERT-large with its optimizer. */
const MAX_BYTES = 6 * 1024 ** 3;

interface Entry {
  readonly name: string;
  readonly bytes: number;
  readonly content: AsyncIterable<Uint8Array>;
}

/**
 * Takes the files with wanted base names out of a `.zip`, `.tar` or `.tar.gz`, known by its content, and writes them into
 * one flat folder, so that no name in the archive decides where they go. Returns their names.
 * Throws a UserError: `not-an-archive`, `bad-archive`, `archive-too-large`, and those of writing.
 */
export async function unpack(
  archive: string,
  into: string,
  wanted: RegExp,
  signal?: AbortSignal,
): Promise<string[]> {
  const taken = new Set<string>();
  let [count, total] = [0, 0];
  try {
    const most = Math.min(MAX_BYTES, await mostUnpacked(archive));
    for await (const { name, bytes, content } of await entriesOf(archive, signal)) {
      signal?.throwIfAborted();
      const own = basename(name);
      const isWanted = wanted.test(own);
      total += isWanted ? bytes : 0;
      if (++count > MAX_ENTRIES || total > most) throw archiveTooLarge(archive);
      if (!isWanted) continue;
      if (taken.has(own)) throw new Error(`it holds two files ${own}`);
      taken.add(own);
      await writeAtomic(join(into, own), content);
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw badArchive(error, archive, {
      en: 'Fetch it again if it is truncated; or unpack it yourself and use `chineseblue model import DIR`.',
      zh: '若不完整，请重新下载；或自行解压后运行 `chineseblue model import DIR`。',
    });
  }
  return [...taken];
}

async function entriesOf(
  archive: string,
  signal?: AbortSignal,
): Promise<AsyncIterable<Entry> | Iterable<Entry>> {
  const head = await readStart(archive, 512);
  if (head.toString('latin1', 0, 2) === 'PK') return zipEntries(archive);
  if (isGzip(head) || head.toString('latin1', 257, 262) === 'ustar') return tarEntries(archive, signal);
  const isPage = /^\s*<(!doctype|html)/i.test(head.toString('latin1'));
  throw new UserError(
    'not-an-archive',
    isPage
      ? { en: 'This is a web page, not an archive', zh: '这是网页，不是压缩包' }
      : { en: 'This is not a .zip, .tar or .tar.gz file', zh: '不是 .zip、.tar 或 .tar.gz 文件' },
    {
      file: archive,
      hint: {
        en: 'Download it with a browser and give the file with --from.',
        zh: '请用浏览器下载，再以 --from 指定文件。',
      },
    },
  );
}

async function* zipEntries(archive: string): AsyncGenerator<Entry> {
  for (const file of await readZip(archive)) {
    yield { name: file.name, bytes: file.bytes, content: file.read() };
  }
}

async function* tarEntries(archive: string, signal?: AbortSignal): AsyncGenerator<Entry> {
  for await (const entry of readTar(archive, signal)) {
    const { name, type, size = 0 } = entry.header;
    if (type === 'file' || type === 'contiguous-file')
      yield { name, bytes: size, content: entry as AsyncIterable<Uint8Array> };
  }
}
