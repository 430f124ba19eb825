import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { hashFile, hashPath, isSealed, seal } from './hash.ts';
import { finite } from './json.ts';

it('hashes a file, and names a missing one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'chineseblue-hash-'));
  const file = join(folder, 'a');
  await writeFile(file, '发热');
  expect(await hashFile(file)).toBe(createHash('sha256').update('发热').digest('hex'));
  await expect(hashFile(join(folder, 'b'))).rejects.toMatchObject({ code: 'file-missing' });
  await rm(folder, { recursive: true });
});

it('detects any change of a sealed record, except of its layout', () => {
  const record = { a: Number.NaN, 10: 'x', 2: -0, absent: undefined, list: [1e-7, { label: '发热' }] };
  const text = JSON.stringify(seal(record), finite, 2);
  expect(isSealed(JSON.parse(text))).toBe(true);
  for (const [from, to] of [
    ['"NaN"', '1'],
    ['发热', '发冷'],
    ['1e-7', '1e-8'],
    ['"10"', '"11"'],
  ])
    expect(isSealed(JSON.parse(text.replace(from, to)))).toBe(false);
  expect(isSealed({})).toBe(false);
  expect(isSealed(JSON.parse(`{"a":${'['.repeat(20_000)}${']'.repeat(20_000)},"sha256":""}`))).toBe(false);
});

it('hashes a directory by the names and contents of all its files', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'chineseblue-hash-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'inner'));
  const file = join(folder, 'inner', 'a');
  const hashes: string[] = [];
  for (const content of ['one', 'two']) {
    writeFileSync(file, content);
    expect(await hashPath(file)).toBe(await hashFile(file));
    hashes.push(await hashPath(folder));
  }
  renameSync(file, join(folder, 'inner', 'b'));
  hashes.push(await hashPath(folder));
  expect(new Set(hashes).size).toBe(3);
});
