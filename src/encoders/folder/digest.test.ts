import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { digestFolder } from './digest.ts';

describe('digestFolder', () => {
  it('changes with weights, vocabulary and configuration, and with nothing else', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'chineseblue-digest-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const put = (name: string, content: string): Promise<void> => writeFile(join(folder, name), content);
    await put('config.json', '{}');
    await put('model.safetensors', 'weights');
    const first = await digestFolder(folder);
    await put('README.md', 'words');
    expect(await digestFolder(folder)).toBe(first);
    await put('model.safetensors', 'weightz');
    const second = await digestFolder(folder);
    expect(second).not.toBe(first);
    await put('vocab.txt', '[PAD]');
    expect(await digestFolder(folder)).not.toBe(second);
  });

  it('names a missing folder', async () => {
    await expect(digestFolder('/no/such/folder')).rejects.toMatchObject({
      code: 'file-missing',
      place: { file: '/no/such/folder' },
    });
  });
});
