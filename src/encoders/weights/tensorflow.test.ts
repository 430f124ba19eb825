import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { crc32c, maskCrc } from './crc32c.ts';
import { refusal, scratchFolder } from './fixtures/hostile.ts';
import { readTable } from './sstable.ts';
import { openTensorflow } from './tensorflow.ts';

const { scratch, write } = scratchFolder();

describe('tensorflow', () => {
  it('computes CRC-32C', () => {
    // RFC 3720, B.4.
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
    expect(crc32c(Buffer.from('6789'), crc32c(Buffer.from('12345')))).toBe(0xe3069283);
  });

  const varint = (value: number): number[] =>
    value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))];
  const block = (entries: [shared: number, key: string, value: Buffer][], type = 0): Buffer => {
    const body = entries.flatMap(([shared, key, value]) => [
      ...varint(shared),
      ...varint(key.length),
      ...varint(value.length),
      ...Buffer.from(key),
      ...value,
    ]);
    const contents = Buffer.from([...body, 0, 0, 0, 0, 1, 0, 0, 0, type]);
    const crc = Buffer.alloc(4);
    crc.writeUInt32LE(maskCrc(crc32c(contents)));
    return Buffer.concat([contents, crc]);
  };
  const table = (blocks: Buffer[], handles?: number[][]): Buffer => {
    let at = 0;
    const places = blocks.map((one) => {
      at += one.length;
      return [at - one.length, one.length - 5];
    });
    const index = block(
      (handles ?? places).map((place, i) => [0, `k${i}`, Buffer.from(place.flatMap(varint))]),
    );
    const footer = Buffer.alloc(48);
    footer.set([0, 0, ...varint(at), ...varint(index.length - 5)]);
    footer.writeBigUInt64LE(0xdb4775248b80fb57n, 40);
    return Buffer.concat([...blocks, index, footer]);
  };
  const value = Buffer.from('v');

  it('reads tables of several blocks with shared prefixes', () => {
    const entries = readTable(
      table([
        block([
          [0, 'bert/a', value],
          [5, 'b', value],
        ]),
        block([[0, 'cls', value]]),
      ]),
      'f',
    );
    expect([...entries.keys()]).toEqual(['bert/a', 'bert/b', 'cls']);
  });

  it.each([
    [
      'a block again and again',
      () =>
        table(
          [block([[0, 'a', value]])],
          [
            [0, 13],
            [0, 13],
          ],
        ),
      /out of order/,
    ],
    ['a key again', () => table([block([[0, 'a', value]]), block([[0, 'a', value]])]), /twice/],
    ['a block outside', () => table([block([[0, 'a', value]])], [[0, 5000]]), /outside the file/],
    ['a prefix of nothing', () => table([block([[3, 'a', value]])]), /malformed key/],
    ['Snappy', () => table([block([[0, 'a', value]], 1)]), /Snappy/],
    ['a handle that is cut off', () => table([block([[0, 'a', value]])], [[]]), /truncated/],
  ])('refuses %s', (_, make, message) => {
    expect(() => readTable(make(), 'f')).toThrow(message);
  });

  const bundle = (name: string, entry: number[]): string => {
    writeFileSync(join(scratch, 'x.data-00000-of-00001'), Buffer.alloc(8));
    const header = Buffer.from([8, 1]);
    return write(
      'x.index',
      table([
        block([
          [0, '', header],
          [0, name, Buffer.from(entry)],
        ]),
      ]),
    );
  };
  /** dtype float, shape [2], shard, offset, size, CRC of eight zeros. */
  const crc = Buffer.alloc(4);
  crc.writeUInt32LE(maskCrc(crc32c(new Uint8Array(8))));
  const good = {
    type: [8, 1],
    shape: [18, 4, 18, 2, 8, 2],
    shard: [24, 0],
    offset: [32, 0],
    size: [40, 8],
    crc: [53, ...crc],
  };
  const entry = (change: object): number[] => Object.values({ ...good, ...change }).flat();

  it('reads an entry of a bundle', async () => {
    const opened = await openTensorflow(bundle('w', entry({})));
    expect([...(await opened.tensors[0].read())]).toEqual([0, 0]);
    await opened.close();
  });

  it.each([
    ['a shape that does not fit', { shape: [18, 4, 18, 2, 8, 3] }, /does not take 8 bytes/],
    ['a huge shape', { shape: [18, 10, 18, 8, 8, 255, 255, 255, 255, 255, 255, 7] }, /does not take/],
    ['an offset outside', { offset: [32, 4] }, /truncated/],
    ['another data file', { shard: [24, 1] }, /data file 1/],
    ['another checksum', { crc: [53, 0, 0, 0, 0] }, /checksum/],
    ['a strange type', { type: [8, 7] }, /unsupported type 7/],
    ['slices', { slices: [58, 0] }, /slices/],
  ])('refuses %s', async (_, change, message) => {
    const reading = openTensorflow(bundle('w', entry(change))).then(({ tensors, close }) =>
      tensors[0].read().finally(close),
    );
    const error = await refusal(reading);
    expect(error.place.field).toBe('w');
    expect(error.message).toMatch(message);
  });

  it('refuses checkpoints of TensorFlow 2 objects and missing data', async () => {
    expect((await refusal(openTensorflow(bundle('_CHECKPOINTABLE_OBJECT_GRAPH', [])))).message).toMatch(
      /TensorFlow 2/,
    );
    const file = bundle('w', entry({}));
    rmSync(join(scratch, 'x.data-00000-of-00001'));
    expect((await refusal(openTensorflow(file))).code).toBe('file-missing');
    expect(readFileSync(file).length).toBeGreaterThan(48);
  });
});
