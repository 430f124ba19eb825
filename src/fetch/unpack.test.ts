import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { beforeEach, describe, expect, test } from 'vitest';
import { createHarness, failure } from './fixtures/harness.ts';
import { unpack } from './unpack.ts';

const harness = createHarness();
let folder: string;
beforeEach(() => {
  folder = harness.dataDir;
});

const weights = Buffer.from('0123456789'.repeat(5000));
const files: readonly (readonly [string, Buffer])[] = [
  ['model/readme.md', Buffer.from('words')],
  ['model/vocab.txt', Buffer.from('[PAD]\n')],
  ['../../model.bin', weights],
  ['__MACOSX/model/._vocab.txt', Buffer.from('x')],
];
const wanted = /^(vocab\.txt|model\.bin)$/;

/** A zip as the specification describes it; `change` corrupts an entry. */
function zip(method: 0 | 8, change: (entry: Buffer, name: string) => void = () => {}): Buffer {
  const [bodies, directory]: Buffer[][] = [[], []];
  let at = 0;
  for (const [name, content] of files) {
    const packed = method === 8 ? deflateRawSync(content) : content;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50);
    local.writeUInt16LE(method, 8);
    local.writeUInt16LE(Buffer.byteLength(name), 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50);
    central.writeUInt16LE(method, 10);
    central.writeUInt32LE(crc32(content), 16);
    central.writeUInt32LE(packed.length, 20);
    central.writeUInt32LE(content.length, 24);
    central.writeUInt16LE(Buffer.byteLength(name), 28);
    central.writeUInt32LE(at, 42);
    change(central, name);
    bodies.push(local, Buffer.from(name), packed);
    directory.push(central, Buffer.from(name));
    at += 30 + Buffer.byteLength(name) + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...bodies, ...directory, end]);
}

async function tar(held = files): Promise<Buffer> {
  const packing = pack();
  packing.entry({ name: 'link', type: 'symlink', linkname: '/etc/passwd' });
  for (const [name, content] of held) packing.entry({ name }, content);
  packing.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of packing) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const take = async (bytes: Buffer): Promise<string[]> => {
  const archive = join(folder, 'archive');
  await writeFile(archive, bytes);
  return unpack(archive, join(folder, 'out'), wanted);
};

describe('unpack', () => {
  test.each<[string, () => Buffer | Promise<Buffer>]>([
    ['a deflated zip', () => zip(8)],
    ['a stored zip', () => zip(0)],
    ['a tar', () => tar()],
    ['a tar.gz', async () => gzipSync(await tar())],
  ])('%s yields the wanted files, in one folder', async (_, make) => {
    expect((await take(await make())).sort()).toEqual(['model.bin', 'vocab.txt']);
    expect(readdirSync(join(folder, 'out')).sort()).toEqual(['model.bin', 'vocab.txt']);
    expect(readFileSync(join(folder, 'out', 'model.bin'))).toEqual(weights);
  });

  test.each<[string, (entry: Buffer) => void, RegExp]>([
    ['a wrong checksum', (entry) => entry.writeUInt32LE(7, 16), /does not agree/],
    ['a wrong size', (entry) => entry.writeUInt32LE(7, 24), /does not agree/],
    ['encryption', (entry) => entry.writeUInt16LE(1, 8), /encrypted/],
    ['an unknown method', (entry) => entry.writeUInt16LE(14, 10), /method 14/],
    ['a wrong place', (entry) => entry.writeUInt32LE(3, 42), /not where/],
  ])('refuses a zip with %s', async (_, spoil, message) => {
    const spoilt = zip(8, (entry, name) => name.endsWith('model.bin') && spoil(entry));
    const error = await failure(take(spoilt));
    expect(error.code).toBe('bad-archive');
    expect(error.message).toMatch(message);
    expect(readdirSync(join(folder, 'out'))).not.toContain('model.bin');
  });

  test('refuses truncated archives, other files, and duplicate names', async () => {
    expect((await failure(take(zip(8).subarray(0, -30)))).code).toBe('bad-archive');
    const whole = gzipSync(await tar());
    expect((await failure(take(whole.subarray(0, whole.length - 60)))).code).toBe('bad-archive');
    expect((await failure(take(Buffer.from('<!DOCTYPE html><html>quota'.repeat(30))))).message).toContain(
      'web page',
    );
    expect((await failure(take(Buffer.from('none')))).code).toBe('not-an-archive');
    const twice = ['a/vocab.txt', 'b/vocab.txt'].map((name) => [name, weights] as const);
    expect((await failure(take(await tar(twice)))).message).toContain('two files vocab.txt');
  });

  test('refuses a small archive that unpacks to gigabytes, before it is unpacked', async () => {
    const bomb = async (name: string): Promise<Buffer> => {
      const packing = pack();
      const entry = packing.entry({ name, size: 3 * 2 ** 30 });
      entry.on('error', () => {});
      // a header alone: what follows does not matter
      const header = (await once(packing, 'data'))[0] as Buffer;
      return gzipSync(header);
    };
    expect((await failure(take(await bomb('vocab.txt')))).code).toBe('archive-too-large');
    const zeros = gzipSync(Buffer.concat([(await tar()).subarray(0, -1024), Buffer.alloc(68 * 2 ** 20)]));
    expect((await failure(take(zeros))).code).toBe('archive-too-large');
    const declared = zip(8, (entry, name) => name.endsWith('vocab.txt') && entry.writeUInt32LE(2 ** 30, 24));
    expect((await failure(take(declared))).code).toBe('archive-too-large');
    expect(readdirSync(join(folder, 'out')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});
