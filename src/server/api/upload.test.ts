import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withUpload } from './upload.ts';

const MEBI = 1024 * 1024;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chineseblue-upload-'));
});
afterAll(() => rm(directory, { recursive: true }));

/** A request with a body of that many mebibytes and no Content-Length. */
function requestOf(mebibytes: number, headers: Record<string, string> = {}): Request {
  const chunk = new Uint8Array(MEBI).fill(0x20);
  let left = mebibytes;
  const body = new ReadableStream({
    pull(controller) {
      if (left-- > 0) controller.enqueue(chunk);
      else controller.close();
    },
  });
  return new Request('http://localhost/', { method: 'POST', headers, body, duplex: 'half' });
}
const sizeOf = async (file: string): Promise<number> => (await stat(file)).size;

it('accepts up to 100 MiB, and leaves nothing behind', async () => {
  expect(await withUpload(requestOf(100), directory, sizeOf)).toBe(100 * MEBI);
  await expect(withUpload(requestOf(101), directory, sizeOf)).rejects.toMatchObject({ code: 'too-large' });
  expect(await readdir(directory)).toEqual([]);
});

it('refuses immediately a body declared as larger or compressed', async () => {
  const large = requestOf(0, { 'content-length': String(100 * MEBI + 1) });
  await expect(withUpload(large, directory, sizeOf)).rejects.toMatchObject({ code: 'too-large' });
  const compressed = requestOf(0, { 'content-encoding': 'gzip' });
  await expect(withUpload(compressed, directory, sizeOf)).rejects.toMatchObject({ code: 'bad-encoding' });
  expect(await readdir(directory)).toEqual([]);
});
