import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { UserError } from '../../ground/errors.ts';
import { download } from './download.ts';
import * as fixtures from './fixtures/server.ts';
import { answer, content, official, unsized } from './fixtures/server.ts';

let dataDir: string;
let destination: string;
const folders: string[] = [];
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'chineseblue-fetch-'));
  folders.push(dataDir);
  destination = join(dataDir, official.path);
});
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

let server: fixtures.TestServer | undefined;
const serve = async (handle: Parameters<typeof fixtures.serve>[0]): Promise<string> => {
  server?.close();
  server = await fixtures.serve(handle);
  return server.address;
};
afterEach(() => server?.close());

const partsLeft = async () =>
  (await readdir(join(dataDir, 'cMedIC'))).filter((name) => name.endsWith('.part'));

const failure = async (work: Promise<unknown>): Promise<UserError> => {
  const error = await work.then(
    () => undefined,
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(UserError);
  return error;
};

test.each([
  ['of known size', official],
  ['of unknown size', unsized],
])('a file %s arrives whole, at its official path', async (_, file) => {
  const address = await serve((_, request, response) => {
    expect(request.url).toBe('/data/cMedIC/train.txt');
    answer(request, response);
  });
  let bytes = 0;
  await download(file, destination, { address, onBytes: (count) => (bytes += count) });
  expect(await readFile(destination)).toEqual(content);
  expect(bytes).toBe(content.length);
  expect(await partsLeft()).toEqual([]);
});

test('a connection that breaks is taken up where it stopped', async () => {
  const address = await serve((number, request, response) => {
    if (number > 0) return answer(request, response);
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, 50_000), () => setTimeout(() => response.destroy(), 50));
  });
  await download(unsized, destination, { address, pause: 1 });
  expect(await readFile(destination)).toEqual(content);
  expect(server?.requests[1].range).toBe('bytes=50000-');
});

test('a server that knows no ranges sends all of it again', async () => {
  const address = await serve((number, _, response) => {
    if (number === 0) {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 9), () => setTimeout(() => response.destroy(), 50));
    } else response.writeHead(200).end(content);
  });
  await download(official, destination, { address, pause: 1 });
  expect(await readFile(destination)).toEqual(content);
  expect(server?.requests).toHaveLength(2);
});

test('a busy server is asked again; one that stays busy is an error', async () => {
  let address = await serve((number, request, response) =>
    number < 2 ? response.writeHead(503).end() : answer(request, response),
  );
  await download(official, destination, { address, pause: 1 });
  expect(server?.requests).toHaveLength(3);
  server?.close();
  address = await serve((_, __, response) => response.writeHead(429).end());
  const error = await failure(download(official, `${destination}2`, { address, pause: 1 }));
  expect([error.code, server?.requests.length]).toEqual(['server-error', 4]);
});

test('404 is said at once, with the address', async () => {
  const address = await serve((_, __, response) => response.writeHead(404).end('no'));
  const error = await failure(download(official, destination, { address, pause: 1 }));
  expect([error.code, server?.requests.length]).toEqual(['not-on-server', 1]);
  expect(error.hint).toContain(`${address}/cMedIC/train.txt`);
  expect(existsSync(destination)).toBe(false);
});

test('wrong content is not kept', async () => {
  const address = await serve((_, request, response) => answer(request, response, Buffer.from('<html>')));
  const error = await failure(download(unsized, destination, { address, pause: 1 }));
  expect(error.code).toBe('wrong-hash');
  expect(error.message).toContain(official.gitBlob);
  expect(await readdir(join(dataDir, 'cMedIC'))).toEqual([]);
});

test('more than the official size is stopped', async () => {
  const address = await serve((_, __, response) =>
    response.writeHead(200).end(Buffer.concat([content, content])),
  );
  const error = await failure(download(official, destination, { address, pause: 1 }));
  expect(error.code).toBe('too-large');
  expect(await partsLeft()).toEqual([]);
});

test('no server: a hint at proxies and local copies', async () => {
  const address = await serve(() => {});
  server?.close();
  const error = await failure(download(official, destination, { address, pause: 1 }));
  expect(error.code).toBe('no-connection');
  expect(error.hint).toContain('--from');
});

test('an abort stops it', async () => {
  const abort = new AbortController();
  const reason = new UserError('interrupted', 'Interrupted');
  const address = await serve((_, __, response) => {
    response.writeHead(200).write('0');
    abort.abort(reason);
  });
  await expect(download(official, destination, { address, signal: abort.signal })).rejects.toBe(reason);
  expect(existsSync(destination)).toBe(false);
});

test.skipIf(!existsSync('/dev/full'))('a full disk is said, and nothing is moved into place', async () => {
  const address = await serve((_, request, response) => answer(request, response));
  await mkdir(join(dataDir, 'cMedIC'));
  await symlink('/dev/full', join(dataDir, 'cMedIC', 'full'));
  const leftovers = new Map([[destination, [join(dataDir, 'cMedIC', 'full')]]]);
  const error = await failure(download(official, destination, { address, leftovers, pause: 1 }));
  expect(error.code).toBe('disk-full');
  expect(existsSync(destination)).toBe(false);
});
