import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';

/** The first bytes of a file, at most `bytes`. */
export async function headOf(file: string, bytes: number): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

export const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b;

/** The entries of a `.tar`, or of a `.tar.gz`, in their order; what is not read of one is skipped. Throws what reading throws. */
export async function* readTar(
  archive: string,
  signal?: AbortSignal,
): AsyncGenerator<AsyncIterable<unknown> & { readonly header: Header }> {
  const tar = extract();
  const gunzip = isGzip(await headOf(archive, 2)) ? [createGunzip()] : [];
  const reading = pipeline([createReadStream(archive), ...gunzip, tar], { signal });
  reading.catch(() => {});
  for await (const entry of tar) {
    yield entry;
    entry.resume();
  }
  await reading;
}
