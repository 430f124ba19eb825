import { createHash } from 'node:crypto';
import { crc32, gunzipSync, gzipSync } from 'node:zlib';
import { seal } from '../../src/ground/hash.ts';
import type { Container, Part } from './subject.ts';

/** A gzip of something. */
export const gzip: Container = {
  open: (file) => [{ shape: 'bytes', bytes: gunzipSync(file) }],
  close: ([inner]) => gzipSync(inner, { level: 1 }),
};

const HEADER = 12;
const jsonAndRest = (file: Buffer, start: number, end: number): Part[] => [
  { shape: 'json', bytes: file.subarray(start, end) },
  { shape: 'bytes', bytes: file.subarray(end) },
];

const DIGEST = /^(\s*\{"version":\d+,"sha256":")[^"]*/;

const WIDTHS: Readonly<Record<string, number>> = { Float64Array: 8, Uint16Array: 2, Uint8Array: 1 };
const widthOf = (type: string): number => WIDTHS[type] ?? 4;
const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((8 - (bytes.length % 8)) % 8)]);

/** A kept model with the right digest: its header, and its arrays, whose lengths are in the header. */
export const modelFile: Container = {
  open(file) {
    let at = HEADER + file.readUInt32LE(8);
    const header = file.subarray(HEADER, at);
    const parts: Part[] = [{ shape: 'json', bytes: header }];
    for (const { type, length } of JSON.parse(header.toString('utf8')).arrays) {
      const bytes = file.subarray(at, at + length * widthOf(type));
      parts.push({ shape: 'bytes', bytes });
      at += padded(bytes).length;
    }
    return parts;
  },
  close([header, ...arrays], file) {
    const own = file.subarray(HEADER, HEADER + file.readUInt32LE(8));
    const told = header.equals(own) ? withLengths(header, arrays) : header.toString('utf8');
    const zeros = Buffer.from(told.replace(DIGEST, `$1${'0'.repeat(64)}`));
    const json = Buffer.concat([zeros, Buffer.alloc((8 - ((HEADER + zeros.length) % 8)) % 8, ' ')]);
    const start = Buffer.from(file.subarray(0, HEADER));
    start.writeUInt32LE(json.length, 8);
    const content = Buffer.concat(arrays.map(padded));
    const digest = createHash('sha256').update(start).update(json).update(content).digest('hex');
    return Buffer.concat([start, Buffer.from(json.toString('utf8').replace(DIGEST, `$1${digest}`)), content]);
  },
};

function withLengths(header: Buffer, arrays: readonly Buffer[]): string {
  const value = JSON.parse(header.toString('utf8'));
  for (const [i, array] of value.arrays.entries())
    array.length = Math.floor(arrays[i].length / widthOf(array.type));
  return JSON.stringify(value);
}

/** A checkpoint of a training, with the right hash. */
export const checkpoint: Container = {
  open: (file) => jsonAndRest(file.subarray(0, -32), HEADER, HEADER + file.readUInt32LE(8)),
  close([header, arrays], file) {
    const start = Buffer.from(file.subarray(0, HEADER));
    start.writeUInt32LE(header.length, 8);
    const content = Buffer.concat([start, header, arrays]);
    return Buffer.concat([content, createHash('sha256').update(content).digest()]);
  },
};

export const safetensors: Container = {
  open: (file) => jsonAndRest(file, 8, 8 + Number(file.readBigUInt64LE())),
  close([header, data]) {
    const start = Buffer.alloc(8);
    start.writeBigUInt64LE(BigInt(header.length));
    return Buffer.concat([start, header, data]);
  },
};

/** A JSON object that holds the hash of its other fields. */
export const sealedJson: Container = {
  open: (file) => [{ shape: 'json', bytes: file }],
  close([json]) {
    try {
      const value = JSON.parse(json.toString('utf8'));
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return json;
      const { sha256: _, ...record } = value;
      return Buffer.from(JSON.stringify(seal(record)));
    } catch {
      return json;
    }
  },
};

export interface ZipEntry {
  readonly name: string;
  readonly bytes: Buffer;
  readonly shape?: Part['shape'];
}

/** A zip archive of stored entries. */
export function zipOf(entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, bytes } of entries) {
    const own = Buffer.from(name);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt32LE(crc32(bytes), 10);
    fields.writeUInt32LE(bytes.length, 14);
    fields.writeUInt32LE(bytes.length, 18);
    fields.writeUInt16LE(own.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, own, bytes]);
    const end = Buffer.alloc(14);
    end.writeUInt32LE(at, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\0', 'latin1'), fields, end, own]));
    locals.push(local);
    at += local.length;
  }
  const list = Buffer.concat(directory);
  const tail = Buffer.alloc(22);
  tail.write('PK\x05\x06', 'latin1');
  tail.writeUInt16LE(entries.length, 8);
  tail.writeUInt16LE(entries.length, 10);
  tail.writeUInt32LE(list.length, 12);
  tail.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, list, tail]);
}

/** A zip archive of these entries, whose contents are mutated under the right checksums. */
export const zip = (entries: readonly ZipEntry[]): Container => ({
  open: () => entries.map(({ bytes, shape = 'bytes' }) => ({ shape, bytes })),
  close: (parts) => zipOf(entries.map(({ name }, i) => ({ name, bytes: parts[i] }))),
});
