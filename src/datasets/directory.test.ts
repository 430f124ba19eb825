import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cacheDataDir, resolveDataDir, samplesDir, writableDataDir } from './directory.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-directory-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('the flag takes precedence over the environment, and the environment over the cache', () => {
  const environment = { CHINESEBLUE_DATA: 'from-env', XDG_CACHE_HOME: folder };
  expect(resolveDataDir('given', environment)).toEqual({ dir: resolve('given'), origin: 'flag' });
  expect(resolveDataDir(undefined, environment)).toEqual({ dir: resolve('from-env'), origin: 'env' });
});

test('the cache is read once it holds a corpus, the samples before that; it is always the one written', async () => {
  const environment = { XDG_CACHE_HOME: join(folder, 'cache') };
  const cache = join(folder, 'cache', 'chineseblue', 'data');
  expect(resolveDataDir(undefined, environment)).toEqual({ dir: samplesDir(), origin: 'samples' });
  expect(writableDataDir(undefined, environment)).toEqual({ dir: cache, origin: 'cache' });
  // What a failed download leaves.
  await mkdir(join(cache, 'cMedQQ', 'train'), { recursive: true });
  await writeFile(join(cache, 'cMedQQ', 'test.txt.host-1-ab.part'), '');
  expect(resolveDataDir(undefined, environment).origin).toBe('samples');
  await writeFile(join(cache, 'cMedQQ', 'train', '1.txt'), '');
  expect(resolveDataDir(undefined, environment)).toEqual({ dir: cache, origin: 'cache' });
});

test('every platform has its own cache; a relative XDG_CACHE_HOME is ignored', () => {
  const HOME = join('/', 'home', 'u');
  expect(cacheDataDir({ HOME }, 'linux')).toBe(join(HOME, '.cache', 'chineseblue', 'data'));
  expect(cacheDataDir({ HOME, XDG_CACHE_HOME: 'here' }, 'linux')).toBe(
    join(HOME, '.cache', 'chineseblue', 'data'),
  );
  expect(cacheDataDir({ HOME }, 'darwin')).toBe(join(HOME, 'Library', 'Caches', 'chineseblue', 'data'));
  expect(cacheDataDir({ HOME, LOCALAPPDATA: 'L' }, 'win32')).toBe(join('L', 'chineseblue', 'Cache', 'data'));
});

test('the samples are next to the source', () => {
  expect(existsSync(join(samplesDir(), 'README.md'))).toBe(true);
});
