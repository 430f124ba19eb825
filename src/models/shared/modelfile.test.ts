import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readModelFile, sizeOf, writeModelFile } from './modelfile.ts';

const directory = mkdtempSync(join(tmpdir(), 'modelfile-'));
afterAll(() => rmSync(directory, { recursive: true }));
const file = join(directory, 'model');
const content = {
  header: { family: 'ner', words: ['发热', '𠮷'] },
  arrays: {
    weights: Float32Array.of(1.5, -2, Number.POSITIVE_INFINITY),
    starts: Int32Array.of(0, 7, -1),
    exact: Float64Array.of(Math.PI),
    none: new Uint8Array(0),
    bytes: Uint8Array.of(1, 2, 3),
  },
};

describe('model files', () => {
  it('give back what was written', async () => {
    await writeModelFile(file, 'kind', content);
    expect(await readModelFile(file, 'kind', 'ner')).toEqual(content);
    expect(readFileSync(file).length).toBeGreaterThanOrEqual(sizeOf(content));
  });

  it('say what is wrong', async () => {
    await writeModelFile(file, 'kind', content);
    await expect(readModelFile(file, 'other')).rejects.toMatchObject({
      code: 'other-model',
      place: { file },
    });
    await expect(readModelFile(file, 'kind', 'ranking')).rejects.toMatchObject({ code: 'other-family' });
    await expect(readModelFile(join(directory, 'absent'), 'kind')).rejects.toMatchObject({
      code: 'file-missing',
    });
  });

  it('are refused at any length but their own', async () => {
    await writeModelFile(file, 'kind', content);
    const whole = readFileSync(file);
    const cut = join(directory, 'cut');
    for (const length of [0, 5, 11, 12, 60, whole.length - 24]) {
      writeFileSync(cut, whole.subarray(0, length));
      await expect(readModelFile(cut, 'kind'), `${length} bytes`).rejects.toMatchObject({
        code: 'not-a-model',
      });
    }
    writeFileSync(cut, Buffer.concat([whole.subarray(0, 12), Buffer.alloc(whole.length - 12, '{')]));
    await expect(readModelFile(cut, 'kind')).rejects.toMatchObject({ code: 'not-a-model' });
  });
});
