import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { architectureOf, parseConfig } from '../architectures/registry.ts';
import { refusal, scratchFolder } from './fixtures/hostile.ts';
import { readWeights } from './read.ts';
import { openTorch } from './torch.ts';

function shapesOf(text: string) {
  const config = parseConfig(text);
  return architectureOf(config).parameters.shapes(config);
}
const { scratch, write } = scratchFolder();

describe('pytorch', () => {
  interface Part {
    name: string;
    data: Buffer;
    method?: number;
    at?: number;
  }
  /** A zip archive, with false headers on request. */
  const zip = (parts: Part[]): string => {
    const locals: Buffer[] = [];
    const central: Buffer[] = [];
    let offset = 0;
    for (const { name, data, method = 0, at } of parts) {
      const stored = method === 0 ? data : deflateRawSync(data);
      const shared = Buffer.alloc(26);
      shared.writeUInt16LE(method, 4);
      shared.writeUInt32LE(crc32(data), 10);
      shared.writeUInt32LE(stored.length, 14);
      shared.writeUInt32LE(data.length, 18);
      shared.writeUInt16LE(name.length, 22);
      locals.push(Buffer.from('PK\x03\x04', 'latin1'), shared, Buffer.from(name), stored);
      const place = Buffer.alloc(14);
      place.writeUInt32LE(at ?? offset, 10);
      central.push(Buffer.from('PK\x01\x02\x00\x00', 'latin1'), shared, place, Buffer.from(name));
      offset += 30 + name.length + stored.length;
    }
    const directory = Buffer.concat(central);
    const end = Buffer.alloc(22);
    end.write('PK\x05\x06', 'latin1');
    end.writeUInt16LE(parts.length, 10);
    end.writeUInt32LE(directory.length, 12);
    end.writeUInt32LE(offset, 16);
    return write('x.bin', ...locals, directory, end);
  };
  const short = (text: string): string => `\x8c${String.fromCharCode(text.length)}${text}`;
  const int = (value: number): string => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(value));
    return `\x8a\x08${bytes.toString('latin1')}`;
  };
  const tuple = (...items: string[]): string => `(${items.join('')}t`;
  interface Shape {
    storage?: string;
    key?: string;
    capacity?: number;
    offset?: number;
    shape?: number[];
    strides?: number[];
  }
  const tensor = (given: Shape): string => {
    const {
      storage = 'FloatStorage',
      key = '0',
      capacity = 4,
      offset = 0,
      shape = [4],
      strides = [1],
    } = given;
    const reference = tuple(
      short('storage'),
      `ctorch\n${storage}\n`,
      short(key),
      short('cpu'),
      int(capacity),
    );
    const sizes = [shape, strides].map((sides) => tuple(...sides.map(int)));
    const parameters = tuple(`${reference}Q`, int(offset), ...sizes, '\x89', 'N');
    return `ctorch._utils\n_rebuild_tensor_v2\n${parameters}R`;
  };
  const pickled = (body: string): Part => ({
    name: 'm/data.pkl',
    data: Buffer.from(`\x80\x02${body}.`, 'latin1'),
  });
  const state = (...entries: [string, string][]): Part =>
    pickled(`}(${entries.map(([name, value]) => short(name) + value).join('')}u`);
  const numbers: Part = { name: 'm/data/0', data: Buffer.from(Float32Array.of(1, 2, 3, 4).buffer) };
  const only = (given: Shape) => () => zip([state(['w', tensor(given)]), numbers]);

  it('gathers strided and transposed views', async () => {
    const opened = await openTorch(
      zip([
        state(
          ['transposed', tensor({ shape: [2, 2], strides: [1, 2] })],
          ['every second', tensor({ shape: [2], strides: [2], offset: 1 })],
          ['tail', tensor({ shape: [1, 2], strides: [99, 1], offset: 2 })],
          ['repeated', tensor({ shape: [2, 2], strides: [0, 1] })],
        ),
        numbers,
      ]),
    );
    const read = await Promise.all(opened.tensors.map(async (one) => [one.name, [...(await one.read())]]));
    expect(Object.fromEntries(read)).toEqual({
      transposed: [1, 3, 2, 4],
      'every second': [2, 4],
      tail: [3, 4],
      repeated: [1, 2, 1, 2],
    });
    await opened.close();
  });

  const zeros = (count: number): Part => ({ name: 'm/data/0', data: Buffer.alloc(count) });
  it.each([
    ['a view beyond its storage', only({ shape: [5] }), 'w', /exceeds a storage of 4/],
    ['an offset beyond its storage', only({ offset: 1 }), 'w', /exceeds a storage/],
    ['strides beyond the storage', only({ shape: [2, 2], strides: [3, 1] }), 'w', /exceeds a storage/],
    ['a huge declared shape', only({ shape: [2 ** 30, 2 ** 30], strides: [0, 0] }), 'w', /exceeds a storage/],
    ['one number as many', only({ shape: [1000], strides: [0] }), 'w', /exceeds a storage/],
    ['negative sizes', only({ shape: [-4] }), 'w', /malformed/],
    ['strides that wrap', only({ shape: [2], strides: [2 ** 60] }), 'w', /malformed/],
    ['an unknown storage', only({ storage: 'QInt8Storage' }), 'data.pkl', /QInt8Storage/],
    ['no dictionary', () => zip([pickled('K\x01')]), 'data.pkl', /no state dictionary/],
    ['no pickle', () => zip([numbers]), 'data.pkl', /no data.pkl/],
    [
      'a bomb',
      () => zip([{ ...state(), data: Buffer.alloc(1 << 20), method: 8 }]),
      'm/data.pkl',
      /compressed/,
    ],
    ['overlapping entries', () => zip([state(), { ...numbers, at: 1 }]), 'm/data.pkl', /overlaps/],
    ['an entry twice', () => zip([numbers, numbers]), 'm/data/0', /twice/],
    [
      'big-endian numbers',
      () => zip([state(), { name: 'm/byteorder', data: Buffer.from('big') }]),
      'byteorder',
      /big-endian/,
    ],
    [
      'a parameter of itself',
      () => {
        const call = 'ctorch._utils\n_rebuild_parameter\n';
        return zip([state(['w', `${call}${tuple(`${call}]q\x00\x85R`, '\x89', 'N')}R`])]);
      },
      'w',
      /not a tensor/,
    ],
  ])('refuses %s', async (_, make, field, message) => {
    const error = await refusal(openTorch(make()));
    expect(error.place.field).toBe(field);
    expect(error.message).toMatch(message);
  });

  it.each([
    ['a storage that is absent', only({ key: '7' }), /no storage 7/],
    ['a storage of another size', () => zip([state(['w', tensor({})]), zeros(12)]), /has 12 bytes, not 16/],
    ['integers', () => zip([state(['w', tensor({ storage: 'LongStorage' })]), zeros(32)]), /holds i64/],
  ])('refuses to read %s', async (_, make, message) => {
    const opened = await openTorch(make());
    const error = await refusal(opened.tensors[0].read());
    expect(error.place.field).toBe('w');
    expect(error.message).toMatch(message);
    await opened.close();
  });

  it('refuses the same storage in a thousand tensors', async () => {
    const config = {
      vocab_size: 1,
      hidden_size: 1,
      num_hidden_layers: 1,
      num_attention_heads: 1,
      intermediate_size: 1,
    };
    const text = JSON.stringify({ ...config, max_position_embeddings: 1, type_vocab_size: 1 });
    writeFileSync(join(scratch, 'config.json'), text);
    const capacity = 4096;
    const view = (shape: readonly number[], offset: number): string =>
      tensor({ shape: [...shape], strides: shape.map(() => 1), offset, capacity });
    const needed = [...shapesOf(text)].map(([name, shape]): [string, string] => [name, view(shape, 0)]);
    const heads = Array.from({ length: 1000 }, (_, i): [string, string] => [
      `head${i}`,
      view([capacity - i], i),
    ]);
    const error = await refusal(readWeights(zip([state(...needed, ...heads), zeros(capacity * 4)])));
    expect(error.message).toMatch(/more than the file can hold/);
  });
});
