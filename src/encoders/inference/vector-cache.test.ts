import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openVectorCache } from './vector-cache.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'chineseblue-cache-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const limits = { least: 1 };
const texts = ['头痛', '咳嗽', '', '👍'];
const vectorOf = (text: string): Float32Array => Float32Array.of(text.length, 0.1, -1 / 3);
const files = (): string[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.vectors'))
    .map((name) => join(directory, name));

async function keep(identity: object, own: readonly string[], more = {}): Promise<void> {
  const cache = openVectorCache(directory, identity, { ...limits, ...more });
  for (const text of own) cache.add(text, vectorOf(text));
  await cache.flush();
}

describe('vectors on disk', () => {
  it('are read back to the bit, only for the same inputs and settings', async () => {
    await keep({ encoder: 1 }, texts);
    const found = await openVectorCache(directory, { encoder: 1 }).read([...texts, '发热']);
    expect(found).toEqual(new Map(texts.map((text) => [text, vectorOf(text)])));
    expect((await openVectorCache(directory, { encoder: 2 }).read(texts)).size).toBe(0);
  });

  it('of several writers coexist', async () => {
    await Promise.all(texts.map((text) => keep({}, [text])));
    expect(files().length).toBe(texts.length);
    expect((await openVectorCache(directory, {}).read(texts)).size).toBe(texts.length);
  });

  it.each([
    ['another bit', (bytes: Buffer) => bytes.fill(bytes.at(-1)! ^ 1, bytes.length - 1)],
    ['an early end', (bytes: Buffer) => bytes.subarray(0, bytes.length - 4)],
    ['nothing inside', () => Buffer.alloc(0)],
  ])('are absent where a file is damaged: %s', async (_what, damage) => {
    await keep({}, texts);
    const [file] = files();
    writeFileSync(file, damage(readFileSync(file)));
    expect((await openVectorCache(directory, {}).read(texts)).size).toBe(0);
    expect(files()).toEqual([]);
  });

  it('are not read again by the process that wrote them, except for requested vectors', async () => {
    const cache = openVectorCache(directory, {}, limits);
    cache.add('头痛', vectorOf('头痛'));
    await cache.flush();
    const [file] = files();
    const bytes = readFileSync(file);
    writeFileSync(file, 'damaged');
    expect((await cache.read(['发热'])).size).toBe(0);
    writeFileSync(file, bytes);
    expect((await cache.read(['头痛', '发热'])).size).toBe(1);
  });

  it('are written in parts, and not at all if there are few new ones', async () => {
    await keep({}, texts, { segment: 2, least: 2 });
    expect(files().length).toBe(2);
    await keep({}, ['发热'], { least: 2 });
    expect(files().length).toBe(2);
  });

  it('that were least recently used are removed beyond the limit', async () => {
    await keep({ encoder: 1 }, ['头痛']);
    await keep({ encoder: 2 }, ['咳嗽']);
    for (const file of files()) utimesSync(file, 1, 1);
    await openVectorCache(directory, { encoder: 1 }).read(['头痛']);
    await keep({ encoder: 3 }, ['发热'], { maxBytes: 2 * readFileSync(files()[0]).length });
    const kept = async (encoder: number, text: string): Promise<number> =>
      (await openVectorCache(directory, { encoder }).read([text])).size;
    expect([await kept(1, '头痛'), await kept(2, '咳嗽'), await kept(3, '发热')]).toEqual([1, 0, 1]);
  });

  it('fail silently where nothing can be written', async () => {
    writeFileSync(join(directory, 'file'), '');
    const cache = openVectorCache(join(directory, 'file'), {}, limits);
    cache.add('头痛', vectorOf('头痛'));
    await cache.flush();
    expect((await cache.read(['头痛'])).size).toBe(0);
  });
});
