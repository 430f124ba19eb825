import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { openModelFile, readModelFile, sizeOf, writeModelFile } from './modelfile.ts';

const directory = mkdtempSync(join(tmpdir(), 'modelfile-'));
afterAll(() => rmSync(directory, { recursive: true }));
const file = join(directory, 'model');
const content = {
  header: { family: 'ner', words: ['发热', '𠮷'] },
  arrays: {
    weights: Float32Array.of(1.5, -2, 1e38),
    starts: Int32Array.of(0, 7, -1),
    exact: Float64Array.of(Math.PI),
    none: new Uint8Array(0),
    bytes: Uint8Array.of(1, 2, 3),
  },
};

describe('model files', () => {
  it('are read back as written', async () => {
    await writeModelFile(file, 'kind', content);
    expect(await readModelFile(file, 'kind', 'ner')).toEqual(content);
    expect(readFileSync(file).length).toBeGreaterThanOrEqual(sizeOf(content));
  });

  it('give typed errors when damaged', async () => {
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

  it('are refused at any other length', async () => {
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

  it('are refused wherever one byte differs', async () => {
    await writeModelFile(file, 'kind', content);
    const whole = readFileSync(file);
    const flipped = join(directory, 'flipped');
    for (let at = 0; at < whole.length; at += 3) {
      const bytes = Buffer.from(whole);
      bytes[at] ^= 1 << (at % 8);
      writeFileSync(flipped, bytes);
      await expect(readModelFile(flipped, 'kind'), `byte ${at}`).rejects.toMatchObject({
        code: expect.stringMatching(/^(not-a-model|other-schema)$/),
        place: { file: flipped },
        hint: expect.stringContaining('again'),
      });
    }
  });

  it('of another version are refused by version', async () => {
    const json = '{"version":1,"kind":"kind","header":{},"arrays":[]} ';
    const old = join(directory, 'old');
    writeFileSync(
      old,
      Buffer.concat([Buffer.from('CBLUEMOD'), Buffer.of(json.length, 0, 0, 0), Buffer.from(json)]),
    );
    await expect(readModelFile(old, 'kind')).rejects.toMatchObject({
      code: 'other-schema',
      message: expect.stringContaining('version 1'),
    });
  });

  it('name the field that is wrong in a file whose digest is right', async () => {
    const forged = (arrays: unknown, header: unknown = {}): string => {
      writeFileSync(file, forge({ kind: 'kind', header, arrays }));
      return file;
    };
    const array = (change: object) => [{ name: 'a', type: 'Uint8Array', length: 0, ...change }];
    for (const [arrays, field] of [
      [array({ type: 'BigInt64Array' }), 'arrays.0.type'],
      [array({ type: 'constructor' }), 'arrays.0.type'],
      [array({ length: -1 }), 'arrays.0.length'],
      [array({ length: 1e12 }), 'a'],
      [{}, 'arrays'],
      [undefined, 'arrays'],
    ])
      await expect(readModelFile(forged(arrays), 'kind')).rejects.toMatchObject({
        code: 'not-a-model',
        place: { file, field },
      });
    const spec = { header: z.object({ k: z.int() }), arrays: { a: 'Int32Array' } } as const;
    await expect(openModelFile(forged([], { k: 'x' }), 'kind', undefined, spec)).rejects.toMatchObject({
      place: { field: 'header.k' },
    });
    await expect(openModelFile(forged(array({}), { k: 1 }), 'kind', undefined, spec)).rejects.toMatchObject({
      place: { field: 'a' },
    });
  });

  it('of absurd sizes are refused before they are read', async () => {
    await writeModelFile(file, 'kind', content);
    const start = readFileSync(file).subarray(0, 200);
    const huge = join(directory, 'huge');
    writeFileSync(huge, start);
    truncateSync(huge, 3 * 2 ** 30);
    await expect(readModelFile(huge, 'kind')).rejects.toMatchObject({ code: 'not-a-model' });
    start.writeUInt32LE(2 ** 29, 8);
    writeFileSync(huge, start);
    truncateSync(huge, 2 ** 29 + 12);
    await expect(readModelFile(huge, 'kind')).rejects.toThrow('its header is too large');
  });
});

/** A file whose digest is right, whatever its header says. */
function forge(content: object): Buffer {
  const zeros = '0'.repeat(64);
  const json = JSON.stringify({ version: 2, sha256: zeros, ...content });
  const text = json.padEnd(json.length + ((8 - ((12 + json.length) % 8)) % 8));
  const bytes = Buffer.concat([Buffer.from('CBLUEMOD'), Buffer.alloc(4), Buffer.from(text)]);
  bytes.writeUInt32LE(text.length, 8);
  bytes.write(createHash('sha256').update(bytes).digest('hex'), bytes.indexOf(zeros), 'latin1');
  return bytes;
}
