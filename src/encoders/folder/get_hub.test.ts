import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHarness, failure } from '../../fetch/fixtures/harness.ts';
import { answer, serve, type TestServer } from '../../fetch/fixtures/server.ts';
import { identifyBytes } from '../../fetch/identity.ts';
import { type GetModelOptions, getModel, readSource } from './get.ts';
import type { KnownModel } from './known.ts';
import { loadFolder } from './load.ts';

const fixture = join(import.meta.dirname, '../weights/fixtures/safetensors-sharded');
const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
const vocab = [...special, ...Array.from({ length: 35 }, (_, i) => String.fromCodePoint(0x4e00 + i))];
const [COMMIT, LATER] = ['a'.repeat(40), 'b'.repeat(40)];
const REPOSITORY = 'owner/a-bert';
const SHARD = 'model-00001-of-00002.safetensors';

const harness = createHarness();
/** The files of the model, needed and unneeded ones. */
let files: Map<string, Buffer>;
/** Where LFS files are: another server, as at the hub. */
let store: TestServer;
let head: string;
let seen: { url: string; authorization?: string; range?: string }[];
let fromStore: (name: string, request: IncomingMessage, response: ServerResponse) => void;

const isLarge = (name: string): boolean => name.endsWith('.safetensors') || name.endsWith('.bin');
const note = ({ url, headers: { authorization, range } }: IncomingMessage, at: string): void => {
  seen.push({ url: `${at}${url}`, authorization, range });
};

beforeEach(async () => {
  const names = readdirSync(fixture).filter((name) => name !== 'expected.json');
  files = new Map([
    ...names.map((name) => [name, readFileSync(join(fixture, name))] as const),
    ['vocab.txt', Buffer.from(vocab.join('\n'))],
    ['1_Pooling/config.json', Buffer.from('{"pooling_mode_cls_token":true}')],
    ['pytorch_model.bin', Buffer.from('not needed beside safetensors')],
    ['README.md', Buffer.from('not needed')],
  ]);
  head = COMMIT;
  seen = [];
  fromStore = (name, request, response) => answer(request, response, files.get(name));
  store = await serve((_, request, response) => {
    note(request, 'store');
    fromStore(request.url!.slice(1), request, response);
  });
});
afterEach(() => store.close());

/** A hub with one model: listings, and redirects for large files. */
const hub = (_: number, request: IncomingMessage, response: ServerResponse): void => {
  note(request, 'hub');
  const url = new URL(request.url!, 'http://hub');
  const revision = /^\/data\/api\/models\/owner\/a-bert\/revision\/(\w+)$/.exec(url.pathname)?.[1];
  if (revision && url.searchParams.get('blobs') === 'true') {
    const siblings = [...files].map(([rfilename, content]) => {
      const { bytes: size, sha256, gitBlob } = identifyBytes(content);
      return { rfilename, size, blobId: gitBlob, ...(isLarge(rfilename) && { lfs: { sha256, size } }) };
    });
    response.writeHead(200).end(JSON.stringify({ sha: revision === 'main' ? head : revision, siblings }));
    return;
  }
  const name = /^\/data\/owner\/a-bert\/resolve\/\w{40}\/(.+)$/.exec(url.pathname)?.[1] ?? '';
  const content = files.get(name);
  if (!content) response.writeHead(404).end();
  else if (isLarge(name))
    response.writeHead(302, { location: `${new URL(store.address).origin}/${name}` }).end();
  else answer(request, response, content);
};

const model = (revision = COMMIT): KnownModel[] => [
  {
    name: 'a-bert',
    summary: '',
    licence: 'MIT',
    page: 'https://example.org',
    sources: [{ publisher: 'owner (Hugging Face)', repository: REPOSITORY, revision }],
  },
];

/** Fetches from a hub at this address, as with a mirror. */
const get = (address: string, options: GetModelOptions & { revision?: string } = {}) =>
  getModel(
    'a-bert',
    {
      out: join(harness.dataDir, 'model'),
      pause: 1,
      environment: { HF_ENDPOINT: `${address}/`, HF_TOKEN: 'hf_secret' },
      ...options,
    },
    model(options.revision),
  );

describe('models of the hub', () => {
  it('are fetched at their commit, verified, and only as far as needed', async () => {
    const { folder, source } = await get(await harness.serve(hub));
    expect(source).toMatchObject({ repository: REPOSITORY, commit: COMMIT });
    expect(source?.publisher).toMatch(/^owner \(Hugging Face\), from 127\.0\.0\.1:\d+$/);
    expect(source?.files.every(({ verified }) => verified)).toBe(true);
    const asked = seen.map(({ url }) => url.split('/').at(-1));
    expect(asked).not.toContain('README.md');
    expect(asked).not.toContain('pytorch_model.bin');
    expect((await loadFolder(folder)).tensors.size).toBeGreaterThan(10);
    expect(readFileSync(join(folder, '1_Pooling/config.json'))).toEqual(files.get('1_Pooling/config.json'));
  });

  it('the token is sent only to the hub, and written to no file', async () => {
    const { folder } = await get(await harness.serve(hub));
    for (const { url, authorization } of seen)
      expect([url, authorization]).toEqual([url, url.startsWith('hub') ? 'Bearer hf_secret' : undefined]);
    expect(seen.some(({ url }) => url.startsWith('store'))).toBe(true);
    for (const name of readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile()))
      expect(readFileSync(join(folder, name.name)).includes('hf_secret')).toBe(false);
  });

  it('an interrupted large file is resumed', async () => {
    let broken = false;
    fromStore = (name, request, response) => {
      const content = files.get(name)!;
      if (broken || name !== SHARD) return answer(request, response, content);
      broken = true;
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 1000), () => setTimeout(() => response.destroy(), 200));
    };
    await get(await harness.serve(hub));
    expect(seen.filter(({ url }) => url === `store/${SHARD}`).map(({ range }) => range)).toEqual([
      undefined,
      'bytes=1000-',
    ]);
  });

  it('of a branch, the commit of the first download is recorded and kept', async () => {
    const address = await harness.serve(hub);
    const { folder } = await get(address, { revision: 'main' });
    expect((await readSource(folder))?.commit).toBe(COMMIT);
    head = LATER;
    const { source } = await get(address, { revision: 'main', force: true });
    expect(source?.commit).toBe(COMMIT);
    const fresh = await get(address, { revision: 'main', out: join(harness.dataDir, 'other') });
    expect(fresh.source?.commit).toBe(LATER);
  });

  it('nothing is kept of a file with another hash, or of one that stays truncated', async () => {
    const address = await harness.serve(hub);
    fromStore = (name, request, response) => answer(request, response, Buffer.alloc(files.get(name)!.length));
    const wrong = await failure(get(address));
    expect([wrong.code, wrong.message]).toEqual(['not-reachable', expect.stringContaining('SHA-256')]);
    fromStore = (name, _, response) => response.writeHead(200).end(files.get(name)!.subarray(0, 500));
    const cut = await failure(get(address));
    expect(cut.message).toContain('ended early');
    expect(existsSync(join(harness.dataDir, 'model'))).toBe(false);
  });

  it.each([
    [401, 'not-authorised', 'HF_TOKEN'],
    [403, 'not-authorised', 'accept the terms'],
    [404, 'not-reachable', 'chineseblue model import'],
  ])('a listing that is answered with %s is explained', async (status, code, hint) => {
    const address = await harness.serve((_, _request, response) => response.writeHead(status).end());
    const error = await failure(get(address));
    expect(error.code).toBe(code);
    expect(error.message).toContain(String(status));
    expect(error.hint).toContain(hint);
  });

  it.each([
    ['<html>', /not JSON/],
    ['{}', /sha/],
    [JSON.stringify({ sha: LATER, siblings: [] }), /the commit b/],
    [JSON.stringify({ sha: COMMIT, siblings: [] }), /no config.json/],
  ])('a listing that is no listing is explained: %s', async (text, message) => {
    const error = await failure(get(await harness.serve((_, _request, response) => response.end(text))));
    expect(error.message).toMatch(message);
  });

  it('an unreadable configuration is refused before weights are fetched', async () => {
    files.set('config.json', Buffer.from('{"model_type":"mamba"}'));
    expect((await failure(get(await harness.serve(hub)))).code).toBe('unknown-architecture');
    expect(seen.some(({ url }) => url.startsWith('store'))).toBe(false);
  });

  it.each(['hf-mirror.com', 'https://someone:s3cret@hf-mirror.com'])(
    'an invalid address, or one with a password, is refused and not repeated: %s',
    async (address) => {
      const error = await failure(get(address));
      expect([error.code, error.hint]).toEqual(['bad-endpoint', expect.stringContaining('https://')]);
      expect(error.message).not.toContain('s3cret');
    },
  );
});
