import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columnsOf } from './parquet-columns.ts';
import { openParquet } from './parquet-rows.ts';
import { type ParquetColumns, parquetParts } from './parquet-writer.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-parquet-'));
});
afterAll(() => rm(folder, { recursive: true }));

type Row = Readonly<Record<string, unknown>>;

async function written(columns: ParquetColumns, rows: Iterable<readonly Row[]>, notes = {}) {
  const file = join(folder, 'table.parquet');
  const parts: Uint8Array[] = [];
  for await (const part of parquetParts({ columns, rows, notes })) parts.push(part);
  await writeFile(file, Buffer.concat(parts));
  const table = await openParquet(file);
  const read: Row[] = [];
  for await (const batch of table.rows()) for (const row of batch) read.push(row);
  return { parts: parts.length, notes: table.notes, read };
}

describe('parquetParts', () => {
  it('round-trips byte-order marks, astral characters, nested lists and absent values', async () => {
    const columns: ParquetColumns = {
      ...{ id: 'string', many: 'int64', share: 'double', known: 'boolean' },
      spans: { list: { fields: { type: 'string', parts: { list: { list: 'int32' } } } } },
    };
    const rows = [
      {
        ...{ id: '\ufeff🩺\0', many: 2 ** 52, share: 0.1, known: false },
        spans: [
          {
            type: 'a',
            parts: [
              [0, 2],
              [5, 7],
            ],
          },
          { type: 'b', parts: [] },
        ],
      },
      { id: '', many: null, share: null, known: null, spans: [] },
      { id: null, many: -1, share: -0.5, known: true, spans: null },
    ];
    const { read, notes } = await written(columns, [rows], { chineseblue: '{"a":1}' });
    expect(read).toEqual(rows);
    expect(notes.get('chineseblue')).toBe('{"a":1}');
  });

  it('writes columns without absent values as required', async () => {
    const rows = [
      { id: 'a', scores: { 0: 0.25, b: -1 }, more: { x: 1 } },
      { id: 'b', scores: { 0: 0.5, b: 2 }, more: { x: null } },
    ];
    const columns = columnsOf(rows);
    expect(columns).toEqual({
      id: { always: 'string' },
      scores: { always: { fields: { 0: { always: 'double' }, b: { always: 'int32' } } } },
      more: { always: { fields: { x: 'int32' } } },
    });
    expect((await written(columns, [rows])).read).toEqual(rows);
    const some = columnsOf([{ id: 'a', scores: { x: 1 } }, { id: 'b' }]);
    expect(some.scores).toEqual({ fields: { x: { always: 'int32' } } });
    expect((await written(some, [[{ id: 'a', scores: { x: 1 } }, { id: 'b' }]])).read).toEqual([
      { id: 'a', scores: { x: 1 } },
      { id: 'b', scores: null },
    ]);
  });

  it('writes a table without rows', async () => {
    expect((await written({ id: 'string' }, [])).read).toEqual([]);
  });

  it('writes row groups one after another, each of a limited size', async () => {
    const batches = function* () {
      for (let from = 0; from < 150_000; from += 1000)
        yield Array.from({ length: 1000 }, (_, i) => ({ n: from + i }));
    };
    const { parts, read } = await written({ n: 'int32' }, batches());
    expect(parts).toBe(3);
    expect([read.length, read[149_999]]).toEqual([150_000, { n: 149_999 }]);
    const long = '长'.repeat(1 << 23);
    expect((await written({ text: 'string' }, [[{ text: long }, { text: long }, { text: 'a' }]])).parts).toBe(
      3,
    );
  });
});

describe('columnsOf', () => {
  it('finds the type that holds all values of a column', () => {
    const rows = [
      { a: 1, b: 1, c: 'x', d: [], e: { f: null }, g: { '0': true } },
      { a: 2 ** 40, b: 0.5, c: undefined, d: [{ s: [[1]] }, { t: 'x' }], e: {}, g: {} },
    ];
    expect(columnsOf(rows)).toEqual({
      ...{ a: { always: 'int64' }, b: { always: 'double' }, c: 'string' },
      d: { always: { list: { fields: { s: { list: { list: 'int32' } }, t: 'string' } } } },
      g: { always: { fields: { '0': 'boolean' } } },
    });
    expect(columnsOf([{ empty: [] }, {}])).toEqual({ empty: { list: 'string' } });
    expect(columnsOf([{ zero: -0 }, { zero: 1 }])).toEqual({ zero: { always: 'double' } });
  });

  it('refuses values of different kinds', () => {
    expect(() => columnsOf([{ a: 1 }, { a: 'x' }])).toThrow(TypeError);
    expect(() => columnsOf([{ a: [1] }, { a: { b: 1 } }])).toThrow(TypeError);
  });
});
