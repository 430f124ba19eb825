import {
  appendFileSync,
  copyFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hashFile, seal } from '../../ground/hash.ts';
import { textVectors } from '../inference/vectors.ts';
import { findFolder } from './find.ts';
import { loadFolder } from './load.ts';
import { MANIFEST } from './manifest.ts';

const folder = mkdtempSync(join(tmpdir(), 'chineseblue-manifest-'));
afterAll(() => rmSync(folder, { recursive: true }));
const manifest = join(folder, MANIFEST);

beforeAll(async () => {
  cpSync(findFolder('cbert-tiny'), folder, { recursive: true });
  const files: Record<string, string> = {};
  for (const name of readdirSync(folder)) files[name] = await hashFile(join(folder, name));
  writeFileSync(manifest, JSON.stringify(seal({ schema: 'chineseblue/bert@2', files })));
});

it('an unchanged folder is loaded', async () => {
  expect((await loadFolder(folder)).config.hiddenSize).toBe(256);
});

it.each(['config.json', 'vocab.txt', 'README.md'])('a changed %s is named', async (name) => {
  const file = join(folder, name);
  appendFileSync(file, '\n');
  const damaged = { code: 'damaged-model', place: { file } };
  await expect(loadFolder(folder)).rejects.toMatchObject(damaged);
  await expect(textVectors(folder, ['头痛'])).rejects.toMatchObject(damaged);
  copyFileSync(join(findFolder('cbert-tiny'), name), file);
});

it('a changed manifest is named', async () => {
  for (const content of ['{', JSON.stringify({ ...seal({ files: {} }), more: 1 })]) {
    writeFileSync(manifest, content);
    await expect(loadFolder(folder)).rejects.toMatchObject({
      code: 'damaged-model',
      place: { file: manifest },
    });
  }
});
