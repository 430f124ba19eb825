import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';

/** A file in a zip archive. */
export interface ZipFile {
  readonly name: string;
  /** Unpacked. */
  readonly bytes: number;
  /** As it is in the archive. */
  readonly packed: number;
  /** Its content, checked against size and CRC-32 while it is read. */
  read(): AsyncIterable<Uint8Array>;
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const CENTRAL_BYTES = 46;
const LOCAL_BYTES = 30;
const MAX_COMMENT = 0xffff;
const STORED = 0;
const DEFLATED = 8;

/** The files of a zip archive below 4 GiB, by its directory. Throws an Error that says what is wrong with it. */
export async function readZip(file: string): Promise<ZipFile[]> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const tail = await readAt(handle, Math.max(0, size - END_BYTES - MAX_COMMENT), size);
    let end = tail.length - END_BYTES;
    while (end >= 0 && tail.readUInt32LE(end) !== END) end--;
    if (end < 0) throw new Error('it has no directory at its end');
    const count = tail.readUInt16LE(end + 10);
    const length = tail.readUInt32LE(end + 12);
    const start = tail.readUInt32LE(end + 16);
    if (count === 0xffff || start === 0xffffffff) throw new Error('it is larger than 4 GiB');
    if (start + length > size) throw new Error('its directory lies outside of it');
    const directory = await readAt(handle, start, start + length);
    const files: ZipFile[] = [];
    let at = 0;
    for (let i = 0; i < count; i++) {
      if (at + CENTRAL_BYTES > directory.length || directory.readUInt32LE(at) !== CENTRAL)
        throw new Error('its directory is damaged');
      const [nameBytes, extra, comment] = [28, 30, 32].map((field) => directory.readUInt16LE(at + field));
      const name = decodeName(directory.subarray(at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameBytes));
      const entry = {
        name,
        encrypted: (directory.readUInt16LE(at + 8) & 1) === 1,
        method: directory.readUInt16LE(at + 10),
        crc: directory.readUInt32LE(at + 16),
        packed: directory.readUInt32LE(at + 20),
        bytes: directory.readUInt32LE(at + 24),
        header: directory.readUInt32LE(at + 42),
      };
      const { bytes, packed } = entry;
      if (!name.endsWith('/')) files.push({ name, bytes, packed, read: () => unpackEntry(file, entry) });
      at += CENTRAL_BYTES + nameBytes + extra + comment;
    }
    return files;
  } finally {
    await handle.close();
  }
}

/** Names are UTF-8, or GBK without any flag that says so: archivers on Chinese Windows write those. */
function decodeName(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('gb18030').decode(bytes);
  }
}

interface Entry {
  readonly name: string;
  readonly encrypted: boolean;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly bytes: number;
  readonly header: number;
}

async function* unpackEntry(file: string, entry: Entry): AsyncGenerator<Uint8Array> {
  const { name, encrypted, method, crc, packed, bytes, header } = entry;
  if (encrypted) throw new Error(`${name} is encrypted`);
  if (method !== STORED && method !== DEFLATED) throw new Error(`${name} is packed by method ${method}`);
  const handle = await open(file, 'r');
  let local: Buffer;
  try {
    local = await readAt(handle, header, header + LOCAL_BYTES);
  } finally {
    await handle.close();
  }
  if (local.readUInt32LE(0) !== LOCAL) throw new Error(`${name} is not where it should be`);
  const start = header + LOCAL_BYTES + local.readUInt16LE(26) + local.readUInt16LE(28);
  let size = 0;
  let sum = 0;
  if (packed > 0) {
    const raw = createReadStream(file, { start, end: start + packed - 1 });
    const unpacked: Readable = method === DEFLATED ? raw.pipe(createInflateRaw()) : raw;
    raw.on('error', (error) => unpacked.destroy(error));
    try {
      for await (const chunk of unpacked as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > bytes) break;
        sum = crc32(chunk, sum);
        yield chunk;
      }
    } finally {
      // Destroying the inflate stream alone would leave the file under it open.
      raw.destroy();
    }
  }
  if (size !== bytes || sum !== crc) throw new Error(`${name} does not agree with its size and checksum`);
}

async function readAt(handle: FileHandle, start: number, end: number): Promise<Buffer> {
  const buffer = Buffer.alloc(end - start);
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
  if (bytesRead < buffer.length) throw new Error('it was cut off');
  return buffer;
}
