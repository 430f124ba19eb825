import { crc32c, maskCrc } from './crc32c.ts';
import { damaged, unsupported } from './stored.ts';
import { createWireReader } from './wire.ts';

const FOOTER_BYTES = 48;
const TRAILER_BYTES = 5;
const MAGIC = 0xdb4775248b80fb57n;
const MAX_KEY_BYTES = 4096;

/**
 * All keys and values of a LevelDB table in their order: blocks of entries with shared key prefixes, and a
 * block of their positions, each block with its CRC-32C. Throws a UserError.
 */
export function readTable(bytes: Buffer, file: string): Map<string, Buffer> {
  if (bytes.length < FOOTER_BYTES || bytes.readBigUInt64LE(bytes.length - 8) !== MAGIC) {
    throw damaged(file, 'footer', {
      en: 'not the index of a TensorFlow checkpoint',
      zh: '不是 TensorFlow 检查点的索引',
    });
  }
  const footer = createWireReader(bytes.subarray(bytes.length - FOOTER_BYTES), file, 'footer');
  footer.varint();
  footer.varint();
  const index = readBlock(bytes, footer.varint(), footer.varint(), file);
  const entries = new Map<string, Buffer>();
  let before = 0;
  for (const [, handle] of blockEntries(index, file)) {
    const place = createWireReader(handle, file, 'block handle');
    const offset = place.varint();
    // Blocks in order and apart: no table can repeat one block into more than its size.
    if (offset < before)
      throw damaged(file, 'index block', { en: 'blocks out of order', zh: '数据块顺序错误' });
    const length = place.varint();
    before = offset + length;
    for (const [key, value] of blockEntries(readBlock(bytes, offset, length, file), file)) {
      if (entries.has(key)) throw damaged(file, key, { en: 'it is twice in the index', zh: '在索引中重复' });
      entries.set(key, value);
    }
  }
  return entries;
}

function readBlock(bytes: Buffer, offset: number, length: number, file: string): Buffer {
  const end = offset + length + TRAILER_BYTES;
  if (end > bytes.length)
    throw damaged(file, `block at ${offset}`, { en: 'it ends outside the file', zh: '超出文件末尾' });
  const type = bytes[offset + length];
  const crc = maskCrc(crc32c(bytes.subarray(offset, offset + length + 1)));
  if (crc !== bytes.readUInt32LE(offset + length + 1))
    throw damaged(file, `block at ${offset}`, { en: 'wrong checksum', zh: '校验和不符' });
  if (type === 0) return bytes.subarray(offset, offset + length);
  throw unsupported(
    file,
    `block at ${offset}`,
    {
      en: 'The index is compressed with Snappy, as by TensorFlow before 1.2',
      zh: '索引使用 Snappy 压缩（TensorFlow 1.2 之前的格式）',
    },
    {
      en: 'Load and save the checkpoint with a newer TensorFlow.',
      zh: '请用新版 TensorFlow 重新保存检查点。',
    },
  );
}

function* blockEntries(block: Buffer, file: string): Generator<[key: string, value: Buffer]> {
  const restarts = block.length >= 4 ? block.readUInt32LE(block.length - 4) : -1;
  const end = block.length - 4 - restarts * 4;
  if (restarts < 0 || end < 0)
    throw damaged(file, 'block', { en: 'the restart table is too long', zh: '重启点表过长' });
  const reader = createWireReader(block.subarray(0, end), file, 'block');
  let key: Buffer = Buffer.alloc(0);
  while (!reader.done()) {
    const shared = reader.varint();
    const own = reader.varint();
    const valueLength = reader.varint();
    if (shared > key.length || shared + own > MAX_KEY_BYTES)
      throw damaged(file, 'block', { en: 'malformed key', zh: '键格式错误' });
    key = Buffer.concat([key.subarray(0, shared), reader.bytes(own)]);
    yield [key.toString('utf8'), reader.bytes(valueLength)];
  }
}
