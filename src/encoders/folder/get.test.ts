import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { createHarness, failure } from '../../fetch/fixtures/harness.ts';
import { answer } from '../../fetch/fixtures/server.ts';
import { identifyBytes } from '../../fetch/identity.ts';
import { findFolder } from './find.ts';
import { getModel } from './get.ts';
import { importModel } from './import.ts';
import type { KnownModel } from './known.ts';
import { listModels } from './list.ts';
import { loadFolder } from './load.ts';

const fixtures = join(import.meta.dirname, '../weights/fixtures');
const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
const vocab = [...special, ...Array.from({ length: 35 }, (_, i) => String.fromCodePoint(0x4e00 + i))];
const filesOf = (fixture: string): Map<string, Buffer> => {
  const names = readdirSync(join(fixtures, fixture)).filter((name) => name !== 'expected.json');
  const files = names.map((name) => [name, readFileSync(join(fixtures, fixture, name))] as const);
  return new Map([...files, ['vocab.txt', Buffer.from(vocab.join('\n'))]]);
};
const hub = filesOf('torch-checkpoint');
const tensorflow = filesOf('tensorflow');
const weights = hub.get('pytorch_model.bin')!;

async function archiveOf(files: ReadonlyMap<string, Buffer>): Promise<Buffer> {
  const tar = pack();
  for (const [name, content] of files) tar.entry({ name: `mc_bert/${name}` }, content);
  tar.entry({ name: 'mc_bert/readme.txt' }, 'words');
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return gzipSync(Buffer.concat(chunks));
}

const harness = createHarness();
let environment: NodeJS.ProcessEnv;
beforeEach(() => {
  environment = { XDG_CACHE_HOME: join(harness.dataDir, 'cache') };
});

/** Serves files by the last part of their address; 404 for the others. */
const serving =
  (files: ReadonlyMap<string, Buffer>) =>
  (_: number, request: IncomingMessage, response: ServerResponse): void => {
    const content = files.get(request.url!.split('/').at(-1)!);
    if (content) answer(request, response, content);
    else response.writeHead(404).end();
  };

const known = (address: string, sha256 = identifyBytes(weights).sha256): KnownModel[] => [
  {
    name: 'a-bert',
    summary: '',
    licence: 'Apache-2.0',
    page: 'https://example.org',
    sources: [
      { publisher: 'its authors', files: [{ path: 'a.archive', url: `${address}/a.tar.gz` }] },
      {
        publisher: 'a mirror',
        files: [
          ...['config.json', 'vocab.txt'].map((path) => ({ path, url: `${address}/${path}` })),
          { path: 'pytorch_model.bin', url: `${address}/pytorch_model.bin`, bytes: weights.length, sha256 },
        ],
      },
    ],
  },
];

describe('getModel', () => {
  it('fetches the archive of the authors, converts it, and finds it by name', async () => {
    const address = await harness.serve(serving(new Map([['a.tar.gz', await archiveOf(tensorflow)]])));
    const { folder, kept, source } = await getModel('a-bert', { environment, pause: 1 }, known(address));
    expect([kept, source?.publisher, source?.files[0].verified]).toEqual([false, 'its authors', false]);
    expect(findFolder('a-bert', environment)).toBe(folder);
    const { format, tensors } = await loadFolder(folder);
    const unpacked = join(harness.dataDir, 'as-it-was');
    mkdirSync(unpacked);
    for (const [name, content] of tensorflow) writeFileSync(join(unpacked, name), content);
    expect(format).toBe('safetensors');
    expect(new Map([...tensors].sort())).toEqual(new Map([...(await loadFolder(unpacked)).tensors].sort()));
    expect(readdirSync(dirname(folder))).toEqual(['a-bert']);
    expect(await listModels(environment)).toContainEqual(
      expect.objectContaining({ name: 'a-bert', state: 'fetched', licence: 'Apache-2.0' }),
    );
    const again = await getModel('a-bert', { environment }, known(address));
    expect([again.kept, again.source?.publisher]).toEqual([true, 'its authors']);
  });

  it('falls back to the next source, reports it, and retries interrupted downloads', async () => {
    let broken = false;
    const address = await harness.serve((number, request, response) => {
      if (broken || !request.url!.endsWith('.bin')) return serving(hub)(number, request, response);
      broken = true;
      response.writeHead(200, { 'content-length': weights.length });
      response.write(weights.subarray(0, 100), () => setTimeout(() => response.destroy(), 300));
    });
    const failed: string[] = [];
    const onFailure = (publisher: string, { code }: { code: string }) => failed.push(`${publisher} ${code}`);
    const { source } = await getModel('a-bert', { environment, pause: 1, onFailure }, known(address));
    expect(failed).toEqual(['its authors not-on-server']);
    expect(source?.files.map(({ path, verified }) => [path, verified])).toEqual([
      ['config.json', false],
      ['vocab.txt', false],
      ['pytorch_model.bin', true],
    ]);
  });

  it('keeps nothing that fails verification, and explains the manual way', async () => {
    const page = Buffer.from('<!DOCTYPE html><html>too many downloads</html>');
    const address = await harness.serve(serving(new Map([...hub, ['a.tar.gz', page]])));
    const wrong = known(address, 'f'.repeat(64));
    const error = await failure(getModel('a-bert', { environment, pause: 1 }, wrong));
    expect(error.code).toBe('not-reachable');
    expect(error.message).toContain('a web page');
    expect(error.message).toContain('SHA-256');
    expect(error.hint).toContain('chineseblue model get a-bert --from FILE');
    expect(existsSync(join(environment.XDG_CACHE_HOME!, 'chineseblue/models/a-bert'))).toBe(false);
    // a failed call does not affect the next one
    const { source } = await getModel('a-bert', { environment, pause: 1 }, known(address));
    expect(source?.publisher).toBe('a mirror');
  });

  it('detects that a source has changed since', async () => {
    const changed = new Map(hub);
    const address = await harness.serve((...all) => serving(changed)(...all));
    const options = { environment, from: address, pause: 1 };
    const { folder } = await getModel('a-bert', options, known(address));
    changed.set('vocab.txt', Buffer.concat([hub.get('vocab.txt')!, Buffer.from('\n')]));
    const error = await failure(getModel('a-bert', { ...options, force: true }, known(address)));
    expect([error.code, error.place.file]).toEqual(['changed-content', join(folder, 'source.json')]);
    expect((await loadFolder(folder)).tensors.size).toBeGreaterThan(10);
  });

  it('takes a local archive or folder, into any folder, in any precision', async () => {
    const archive = join(harness.dataDir, 'mc.tgz');
    writeFileSync(archive, await archiveOf(tensorflow));
    const out = join(harness.dataDir, 'out');
    await getModel('a-bert', { from: archive, out, precision: 'fp16' }, known('http://127.0.0.1:9'));
    const stored = JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'));
    expect(stored.torch_dtype).toBe('float16');
    const unpacked = join(harness.dataDir, 'unpacked');
    mkdirSync(unpacked);
    for (const [name, content] of hub) writeFileSync(join(unpacked, name), content);
    const other = join(harness.dataDir, 'other');
    const { source } = await getModel('a-bert', { from: unpacked, out: other }, known('http://127.0.0.1:9'));
    expect(source?.publisher).toBe('a local copy');
    expect((await loadFolder(other)).format).toBe('safetensors');
    const none = join(harness.dataDir, 'none.zip');
    const asked = { from: none, out: join(harness.dataDir, 'third') };
    expect((await failure(getModel('a-bert', asked, known('http://127.0.0.1:9')))).code).toBe('file-missing');
    expect((await failure(getModel('b-bert', asked))).hint).toContain('mc-bert');
  });

  it('refuses a second process on one folder, and removes what a killed one left', async () => {
    const from = join(harness.dataDir, 'unpacked');
    mkdirSync(from);
    for (const [name, content] of hub) writeFileSync(join(from, name), content);
    const out = join(harness.dataDir, 'here', 'model');
    const get = (force = false) => getModel('a-bert', { from, out, force }, known('http://127.0.0.1:9'));
    const both = await Promise.allSettled([get(), get()]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'in-use' } });
    expect(readdirSync(dirname(out))).toEqual(['model']);

    for (const end of ['fetching', 'staging', 'old']) mkdirSync(`${out}.${end}`);
    expect((await get()).kept).toBe(true);
    expect(readdirSync(dirname(out))).toEqual(['model']);
    renameSync(out, `${out}.old`);
    expect((await get(true)).kept).toBe(false);
    expect(readdirSync(dirname(out))).toEqual(['model']);
  });

  it('never replaces a folder that it did not make', async () => {
    const from = join(harness.dataDir, 'unpacked');
    mkdirSync(from);
    for (const [name, content] of hub) writeFileSync(join(from, name), content);
    const out = join(harness.dataDir, 'mine');
    mkdirSync(out);
    writeFileSync(join(out, 'thesis.txt'), 'words');
    const asked = getModel('a-bert', { from, out, force: true }, known('http://127.0.0.1:9'));
    expect((await failure(asked)).code).toBe('already-exists');
    expect(readdirSync(out)).toEqual(['thesis.txt']);
  });

  it('leaves nothing next to the model where a local source is unfit', async () => {
    const from = join(harness.dataDir, 'empty');
    mkdirSync(from);
    const asked = getModel(
      'a-bert',
      { from, out: join(harness.dataDir, 'new') },
      known('http://127.0.0.1:9'),
    );
    expect((await failure(asked)).code).toBe('weights-missing');
    expect(readdirSync(harness.dataDir).filter((name) => name.startsWith('new'))).toEqual([]);
  });
});

describe('importModel', () => {
  it('can be called again after a process died in it', async () => {
    const from = join(harness.dataDir, 'unpacked');
    mkdirSync(from);
    for (const [name, content] of hub) writeFileSync(join(from, name), content);
    const out = `${join(harness.dataDir, 'imported')}/`;
    mkdirSync(join(harness.dataDir, 'imported.staging'));
    writeFileSync(join(harness.dataDir, 'imported.staging', 'vocab.txt'), 'half');
    await importModel(from, out);
    expect((await loadFolder(out)).format).toBe('safetensors');
    expect(existsSync(join(harness.dataDir, 'imported.staging'))).toBe(false);
    expect((await failure(importModel(from, out))).code).toBe('already-exists');
  });
});
