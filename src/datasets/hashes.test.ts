import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { identifyBytes, identifyFile } from '../fetch/identity.ts';
import { combineIdentities, identifyDirectory } from './hashes.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-hashes-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('the hashes of an empty file and of a line, as published', async () => {
  expect(identifyBytes(Buffer.alloc(0))).toEqual({
    bytes: 0,
    sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    gitBlob: 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391',
  });
  await writeFile(join(folder, 'line'), 'what is up, doc?');
  expect((await identifyFile(join(folder, 'line'))).gitBlob).toBe('bd9dbf5aae1a3862dd1526723246b20206e5fc37');
});

test('a directory has the hash of git’s tree', async () => {
  const directory = join(folder, 'tree');
  await mkdir(directory);
  const names = ['b_10.json', 'b_2.json', '甲.json'];
  for (const name of names) await writeFile(join(directory, name), `content of ${name}`);
  const git = (...args: string[]) => execFileSync('git', args, { cwd: directory, encoding: 'utf8' }).trim();
  git('init', '-q');
  git('add', '.');
  expect((await identifyDirectory(directory, names)).gitBlob).toBe(git('write-tree'));
});

test('the combination depends on names and contents, not on the order', () => {
  const entries = ['a', 'b'].map((name) => ({ name, ...identifyBytes(Buffer.from(name)) }));
  expect(combineIdentities([...entries].reverse())).toEqual(combineIdentities(entries));
  const renamed = combineIdentities([{ ...entries[0], name: 'c' }, entries[1]]);
  expect(renamed.sha256).not.toBe(combineIdentities(entries).sha256);
  expect(renamed.bytes).toBe(2);
});

test('a missing file is a user’s error', async () => {
  await expect(identifyFile(join(folder, 'none'))).rejects.toMatchObject({ code: 'file-missing' });
});
