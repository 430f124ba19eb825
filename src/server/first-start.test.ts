import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ensureKeyFile } from './first-start.ts';

it('of processes that start at once, one creates the key file, which only its owner can read', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'chineseblue-key-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const file = join(directory, 'site', 'gold.key');
  const seen = await Promise.all(
    Array.from({ length: 8 }, async () => {
      await ensureKeyFile(file);
      return readFile(file, 'utf8');
    }),
  );
  expect(new Set(seen).size).toBe(1);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(join(directory, 'site'))).toEqual(['gold.key']);
});
