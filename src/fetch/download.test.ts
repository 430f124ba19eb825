import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { UserError } from '../ground/errors.ts';
import { download, fileUrl } from './download.ts';
import { createHarness, failure } from './fixtures/harness.ts';
import { answer, content, official, unsized } from './fixtures/server.ts';

const harness = createHarness();
let dataDir: string;
let destination: string;
beforeEach(() => {
  ({ dataDir, destination } = harness);
});

test.each([
  ['of known size', official],
  ['of unknown size', unsized],
])('a file %s arrives complete, at its official path', async (_, file) => {
  const address = await harness.serve((_, request, response) => {
    expect(request.url).toBe('/data/cMedIC/train.txt');
    answer(request, response);
  });
  let bytes = 0;
  await download(file, fileUrl(address, file.path), destination, { onBytes: (count) => (bytes += count) });
  expect(await readFile(destination)).toEqual(content);
  expect(bytes).toBe(content.length);
  expect(await harness.partsLeft()).toEqual([]);
});

test('a broken download resumes where it stopped', async () => {
  const address = await harness.serve((number, request, response) => {
    if (number > 0) return answer(request, response);
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, 50_000), () => harness.breakOff(response, 50_000));
  });
  await download(unsized, fileUrl(address, unsized.path), destination, { pause: 1 });
  expect(await readFile(destination)).toEqual(content);
  expect(harness.server?.requests[1].range).toBe('bytes=50000-');
});

test('a server without ranges sends the whole file again', async () => {
  const address = await harness.serve((number, _, response) => {
    if (number === 0) {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 9), () => harness.breakOff(response, 9));
    } else response.writeHead(200).end(content);
  });
  await download(official, fileUrl(address, official.path), destination, { pause: 1 });
  expect(await readFile(destination)).toEqual(content);
  expect(harness.server?.requests).toHaveLength(2);
});

test('a busy server is retried; one that stays busy is an error', async () => {
  let address = await harness.serve((number, request, response) =>
    number < 2 ? response.writeHead(503).end() : answer(request, response),
  );
  await download(official, fileUrl(address, official.path), destination, { pause: 1 });
  expect(harness.server?.requests).toHaveLength(3);
  harness.server?.close();
  address = await harness.serve((_, __, response) => response.writeHead(429).end());
  const error = await failure(
    download(official, fileUrl(address, official.path), `${destination}2`, { pause: 1 }),
  );
  expect([error.code, harness.server?.requests.length]).toEqual(['server-error', 4]);
});

test('404 is reported at once, with the URL', async () => {
  const address = await harness.serve((_, __, response) => response.writeHead(404).end('no'));
  const error = await failure(download(official, fileUrl(address, official.path), destination, { pause: 1 }));
  expect([error.code, harness.server?.requests.length]).toEqual(['not-on-server', 1]);
  expect(error.hint).toContain(`${address}/cMedIC/train.txt`);
  expect(existsSync(destination)).toBe(false);
});

test('wrong content is not kept', async () => {
  const address = await harness.serve((_, request, response) =>
    answer(request, response, Buffer.from('<html>')),
  );
  const error = await failure(download(unsized, fileUrl(address, unsized.path), destination, { pause: 1 }));
  expect(error.code).toBe('wrong-hash');
  expect(error.message).toContain(official.gitBlob);
  expect(await readdir(join(dataDir, 'cMedIC'))).toEqual([]);
});

test('a download beyond the official size is stopped', async () => {
  const address = await harness.serve((_, __, response) =>
    response.writeHead(200).end(Buffer.concat([content, content])),
  );
  const error = await failure(download(official, fileUrl(address, official.path), destination, { pause: 1 }));
  expect(error.code).toBe('too-large');
  expect(await harness.partsLeft()).toEqual([]);
});

test('no server: a hint at proxies and local copies', async () => {
  const address = await harness.serve(() => {});
  harness.server?.close();
  const error = await failure(download(official, fileUrl(address, official.path), destination, { pause: 1 }));
  expect(error.code).toBe('no-connection');
  expect(error.hint).toContain('--from');
});

test('the password of a URL is not in the error', async () => {
  const address = 'http://someone:s3cret@127.0.0.1:1/data';
  const error = await failure(download(official, address, harness.destination, { pause: 1 }));
  expect(error.code).toBe('no-connection');
  expect(`${error.message} ${error.hint}`).not.toContain('s3cret');
});

test('an abort stops it', async () => {
  const abort = new AbortController();
  const reason = new UserError('interrupted', 'Interrupted');
  const address = await harness.serve((_, __, response) => {
    response.writeHead(200).write('0');
    abort.abort(reason);
  });
  await expect(
    download(official, fileUrl(address, official.path), destination, { signal: abort.signal }),
  ).rejects.toBe(reason);
  expect(existsSync(destination)).toBe(false);
});

test.skipIf(!existsSync('/dev/full'))(
  'a full disk is reported, and nothing is moved into place',
  async () => {
    const address = await harness.serve((_, request, response) => answer(request, response));
    await mkdir(join(dataDir, 'cMedIC'));
    await symlink('/dev/full', join(dataDir, 'cMedIC', 'full'));
    const leftovers = new Map([[destination, [join(dataDir, 'cMedIC', 'full')]]]);
    const error = await failure(
      download(official, fileUrl(address, official.path), destination, { leftovers, pause: 1 }),
    );
    expect(error.code).toBe('disk-full');
    expect(existsSync(destination)).toBe(false);
  },
);
