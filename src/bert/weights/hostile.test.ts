import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { UserError } from '../../ground/errors.ts';
import { parameterShapes, parseConfig } from '../config.ts';
import { crc32c, maskCrc } from './crc32c.ts';
import { readWeights } from './read.ts';
import { openSafetensors } from './safetensors.ts';
import { readTable } from './sstable.ts';
import { openTensorflow } from './tensorflow.ts';
import { openTorch } from './torch.ts';

const scratch = mkdtempSync(join(tmpdir(), 'chineseblue-hostile-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const write = (name: string, ...parts: Buffer[]): string => {
  const file = join(scratch, name);
  writeFileSync(file, Buffer.concat(parts));
  return file;
};
const refusal = async (work: Promise<unknown>): Promise<UserError> => {
  const error = await work.then(
    () => new Error('it was read'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof UserError) return error;
  throw error;
};

describe('safetensors', () => {
  const file = (header: unknown, dataBytes: number, length?: bigint): string => {
    const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
    const prefix = Buffer.alloc(8);
    prefix.writeBigUInt64LE(length ?? BigInt(json.length));
    return write('x.safetensors', prefix, json, Buffer.alloc(dataBytes));
  };
  const one = (change: object, dataBytes = 8): string =>
    file({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...change } }, dataBytes);
  const two = (first: number[], second: number[]): string =>
    file(
      {
        a: { dtype: 'U8', shape: [first[1] - first[0]], data_offsets: first },
        b: { dtype: 'U8', shape: [second[1] - second[0]], data_offsets: second },
      },
      8,
    );

  it('reads tensors in any order, with metadata', async () => {
    const path = file(
      {
        __metadata__: { format: 'pt' },
        later: { dtype: 'F32', shape: [1], data_offsets: [4, 8] },
        sooner: { dtype: 'F32', shape: [], data_offsets: [0, 4] },
        ['__proto__']: { dtype: 'F32', shape: [0, 9], data_offsets: [8, 8] },
      },
      8,
    );
    const opened = await openSafetensors(path);
    expect(opened.tensors.map(({ name, shape }) => [name, shape])).toEqual([
      ['sooner', []],
      ['later', [1]],
      ['__proto__', [0, 9]],
    ]);
    await opened.close();
  });

  it.each([
    ['overlap', () => two([0, 5], [4, 8]), 'b', /overlaps/],
    ['a gap', () => two([0, 3], [4, 8]), 'b', /1 bytes before it belong to no tensor/],
    ['the same bytes twice', () => two([0, 8], [0, 8]), 'b', /overlaps/],
    ['bytes left over', () => one({}, 9), 'end', /1 bytes after/],
    ['data cut off', () => one({}, 7), 'a', /cut off/],
    [
      'offsets that do not fit the shape',
      () => one({ shape: [3] }),
      'a',
      /takes 12 bytes, its offsets span 8/,
    ],
    ['offsets backwards', () => one({ data_offsets: [8, 0] }), 'a', /span -8/],
    ['negative offsets', () => one({ data_offsets: [-8, 0] }), 'a', /data_offsets/],
    ['fractional offsets', () => one({ data_offsets: [0, 8.5] }), 'a', /data_offsets/],
    ['a huge shape', () => one({ shape: [2 ** 40, 2 ** 40] }), 'a', /too large/],
    ['a shape whose product would wrap', () => one({ shape: [2 ** 32, 2 ** 32, 2] }), 'a', /too large/],
    ['a negative shape', () => one({ shape: [-2] }), 'a', /shape/],
    ['an unknown type', () => one({ dtype: 'F8_E4M3' }), 'a', /unknown type F8_E4M3/],
    ['a type named like a method', () => one({ dtype: 'constructor' }), 'a', /unknown type/],
    ['a header beyond the end', () => file({}, 0, 1000n), 'header', /would end at byte 1008/],
    ['a header of exabytes', () => file({}, 0, 2n ** 63n), 'header', /may not be a safetensors file/],
    ['no JSON', () => file('{"a":', 0), 'header', /not JSON/],
    ['a list', () => file('[]', 0), 'header', /not a JSON object/],
    ['no header at all', () => write('x.safetensors', Buffer.alloc(3)), 'header', /ends at byte 3/],
  ])('refuses %s', async (_, make, field, message) => {
    const error = await refusal(openSafetensors(make()));
    expect(error.place.field).toBe(field);
    expect(error.message).toMatch(message);
  });

  it('does not take integers for weights', async () => {
    const opened = await openSafetensors(file({ a: { dtype: 'I64', shape: [1], data_offsets: [0, 8] } }, 8));
    expect((await refusal(opened.tensors[0].read())).place.field).toBe('a');
    await opened.close();
  });
});

describe('pytorch', () => {
  interface Part {
    name: string;
    data: Buffer;
    method?: number;
    at?: number;
  }
  /** A zip archive, with lies where asked. */
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
    ['a view beyond its storage', only({ shape: [5] }), 'w', /does not fit a storage of 4/],
    ['an offset beyond its storage', only({ offset: 1 }), 'w', /does not fit/],
    ['strides beyond the storage', only({ shape: [2, 2], strides: [3, 1] }), 'w', /does not fit/],
    ['a huge declared shape', only({ shape: [2 ** 30, 2 ** 30], strides: [0, 0] }), 'w', /does not fit/],
    ['one number as many', only({ shape: [1000], strides: [0] }), 'w', /does not fit/],
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
      /no tensor/,
    ],
  ])('refuses %s', async (_, make, field, message) => {
    const error = await refusal(openTorch(make()));
    expect(error.place.field).toBe(field);
    expect(error.message).toMatch(message);
  });

  it.each([
    ['a storage that is absent', only({ key: '7' }), /no data\/7/],
    ['a storage of another size', () => zip([state(['w', tensor({})]), zeros(12)]), /has 12 bytes, not 16/],
    ['integers', () => zip([state(['w', tensor({ storage: 'LongStorage' })]), zeros(32)]), /holds i64/],
  ])('refuses to read %s', async (_, make, message) => {
    const opened = await openTorch(make());
    const error = await refusal(opened.tensors[0].read());
    expect(error.place.field).toBe('w');
    expect(error.message).toMatch(message);
    await opened.close();
  });

  it('refuses the same numbers under a thousand heads', async () => {
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
    const needed = [...parameterShapes(parseConfig(text))].map(([name, shape]): [string, string] => [
      name,
      view(shape, 0),
    ]);
    const heads = Array.from({ length: 1000 }, (_, i): [string, string] => [
      `head${i}`,
      view([capacity - i], i),
    ]);
    const error = await refusal(readWeights(zip([state(...needed, ...heads), zeros(capacity * 4)])));
    expect(error.message).toMatch(/more than the file can hold/);
  });
});

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
    ['a prefix of nothing', () => table([block([[3, 'a', value]])]), /key is malformed/],
    ['Snappy', () => table([block([[0, 'a', value]], 1)]), /Snappy/],
    ['a handle that is cut off', () => table([block([[0, 'a', value]])], [[]]), /cut off/],
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
    ['an offset outside', { offset: [32, 4] }, /cut off/],
    ['another data file', { shard: [24, 1] }, /data file 1 of 1/],
    ['another checksum', { crc: [53, 0, 0, 0, 0] }, /checksum/],
    ['a strange type', { type: [8, 7] }, /data type 7/],
    ['slices', { slices: [58, 0] }, /slices/],
  ])('refuses %s', async (_, change, message) => {
    const opened = await openTensorflow(bundle('w', entry(change)));
    const error = await refusal(opened.tensors[0].read());
    expect(error.place.field).toBe('w');
    expect(error.message).toMatch(message);
    await opened.close();
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
