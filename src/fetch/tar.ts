import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { UserError } from '../ground/errors.ts';
import { readStart } from '../ground/files.ts';

export const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b;

/** Unpacked, an archive is at most this many times its size: text compresses to a fifth, weights hardly at all… */
const MAX_RATIO = 20;
/** …unless all of it is small. */
const ANY_RATIO_BYTES = 64 * 1024 ** 2;

/** How much an archive may hold, from its size on disk. */
export async function mostUnpacked(archive: string): Promise<number> {
  return Math.max(ANY_RATIO_BYTES, (await stat(archive)).size * MAX_RATIO);
}

export const archiveTooLarge = (archive: string): UserError =>
  new UserError(
    'archive-too-large',
    {
      en: 'The archive unpacks to far more than a real one of its size would',
      zh: '压缩包解压后的大小远超同等大小的正常压缩包',
    },
    { file: archive, hint: { en: "Use its authors' archive.", zh: '请使用作者发布的压缩包。' } },
  );

/** Passes data on and fails beyond `most` bytes, whatever headers say. */
function limited(most: number, archive: string): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > most) done(archiveTooLarge(archive));
      else done(null, chunk);
    },
  });
}

/**
 * The entries of a `.tar` or `.tar.gz` in order; unread parts of an entry are skipped. Throws a UserError `archive-too-large`
 * beyond `mostUnpacked`, skipped parts included, and the errors of reading.
 */
export async function* readTar(
  archive: string,
  signal?: AbortSignal,
): AsyncGenerator<AsyncIterable<unknown> & { readonly header: Header }> {
  const tar = extract();
  const most = await mostUnpacked(archive);
  const gunzip = isGzip(await readStart(archive, 2)) ? [createGunzip(), limited(most, archive)] : [];
  const reading = pipeline([createReadStream(archive), ...gunzip, tar], { signal });
  reading.catch(() => {});
  for await (const entry of tar) {
    yield entry;
    entry.resume();
  }
  await reading;
}
