import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { acquireLock, self } from './lock.ts';
import { openOwnDirectory } from './own-directory.ts';

let shared: string;
beforeEach(async () => {
  shared = join(await mkdtemp(join(tmpdir(), 'chineseblue-own-')), 'uploads');
});
afterEach(() => rm(join(shared, '..'), { recursive: true, force: true }));

it('belongs to one process: others that start or end leave it unchanged', async () => {
  const first = await openOwnDirectory(shared);
  await writeFile(join(first.path, 'upload'), 'answers');
  const second = await openOwnDirectory(shared);
  expect(second.path).not.toBe(first.path);
  expect((await stat(first.path)).mode & 0o777).toBe(0o700);
  await second.close();
  expect(await readdir(first.path)).toEqual(['upload']);
  await first.close();
  expect(existsSync(shared)).toBe(false);
});

it('those of processes that died are removed', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  const left = join(shared, 'left');
  await mkdir(left, { recursive: true });
  await acquireLock(`${left}.lock`, { ...self(), pid });
  await using own = await openOwnDirectory(shared);
  expect(existsSync(left)).toBe(false);
  expect(existsSync(own.path)).toBe(true);
});
