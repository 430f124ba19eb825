import { describe, expect, it } from 'vitest';
import { refusal, scratchFolder } from './fixtures/hostile.ts';
import { openSafetensors } from './safetensors.ts';

const { write } = scratchFolder();

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
    ['data cut off', () => one({}, 7), 'a', /truncated/],
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

  it('does not accept integers as weights', async () => {
    const opened = await openSafetensors(file({ a: { dtype: 'I64', shape: [1], data_offsets: [0, 8] } }, 8));
    expect((await refusal(opened.tensors[0].read())).place.field).toBe('a');
    await opened.close();
  });
});
