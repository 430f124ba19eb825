import { crc32 } from 'node:zlib';
import type { Text } from '../../ground/language.ts';
import { damaged, type RandomAccess, unsupported } from './stored.ts';

const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_HEADER = 0x06054b50;
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
const MAX_COMMENT = 0xffff;
/** BERT-large with its optimizer has a few thousand. */
const MAX_ENTRIES = 100_000;
const ZIP64 = 0xffffffff;

/** A file inside a zip archive, stored without compression. */
export interface ZipEntry {
  readonly name: string;
  readonly bytes: number;
  readonly crc: number;
  /** Of its local header in the archive. */
  readonly header: number;
}

/**
 * The directory of an archive as PyTorch writes it: uncompressed, so no archive can unfold into more than its
 * own size. Throws a UserError for compression, encryption, entries that overlap or are outside the file.
 */
export async function readZipDirectory(access: RandomAccess): Promise<Map<string, ZipEntry>> {
  const { file } = access;
  const { count, length, start } = await readEnd(access);
  const directory = Buffer.from(await access.fill(new Uint8Array(length), start, 'zip directory'));
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    const next = entryEnd(directory, at, file, {
      en: `entry ${i + 1} of ${count}`,
      zh: `第 ${i + 1} 项（共 ${count} 项）`,
    });
    const entry = readEntry(directory, at, file);
    const { name } = entry;
    if (entries.has(name))
      throw damaged(file, name, { en: 'it is twice in the archive', zh: '在压缩包中重复' });
    entries.set(name, entry);
    at = next;
  }
  const inOrder = [...entries.values()].sort((a, b) => a.header - b.header);
  for (const [i, { name, header, bytes }] of inOrder.entries()) {
    const limit = inOrder[i + 1]?.header ?? start;
    if (header + LOCAL_BYTES + bytes > limit)
      throw damaged(file, name, { en: 'it overlaps the next entry', zh: '与下一项重叠' });
  }
  return entries;
}

/** How many entries the directory has, how long it is, and where it starts, from the record at the end of the file. */
async function readEnd({ file, size, fill }: RandomAccess) {
  const tailBytes = Math.min(size, END_BYTES + MAX_COMMENT);
  const tail = Buffer.from(await fill(new Uint8Array(tailBytes), size - tailBytes, 'zip directory'));
  let end = tail.length - END_BYTES;
  while (
    end >= 0 &&
    !(tail.readUInt32LE(end) === END_HEADER && end + END_BYTES + tail.readUInt16LE(end + 20) === tail.length)
  )
    end--;
  if (end < 0)
    throw damaged(file, 'zip directory', {
      en: 'missing at the end of the file: truncated',
      zh: '文件末尾缺少目录，已被截断',
    });
  const count = tail.readUInt16LE(end + 10);
  const length = tail.readUInt32LE(end + 12);
  const start = tail.readUInt32LE(end + 16);
  if (count === 0xffff || length === ZIP64 || start === ZIP64) throw tooLarge(file);
  if (count > MAX_ENTRIES || start + length > size - tail.length + end) {
    throw damaged(file, 'zip directory', { en: 'outside the file', zh: '超出文件范围' });
  }
  return { count, length, start };
}

/** Where the entry at `at` of the directory ends. Throws if it is invalid or truncated; `which` names it. */
function entryEnd(directory: Buffer, at: number, file: string, which: Text): number {
  if (at + CENTRAL_BYTES > directory.length || directory.readUInt32LE(at) !== CENTRAL_HEADER)
    throw damaged(file, 'zip directory', { en: `${which.en} is invalid`, zh: `${which.zh}无效` });
  const next =
    at +
    CENTRAL_BYTES +
    directory.readUInt16LE(at + 28) +
    directory.readUInt16LE(at + 30) +
    directory.readUInt16LE(at + 32);
  if (next > directory.length)
    throw damaged(file, 'zip directory', { en: `${which.en} is truncated`, zh: `${which.zh}被截断` });
  return next;
}

/** The entry at `at` of the directory. Throws where it is encrypted, compressed or too large. */
function readEntry(directory: Buffer, at: number, file: string): ZipEntry {
  const name = directory.toString(
    'utf8',
    at + CENTRAL_BYTES,
    at + CENTRAL_BYTES + directory.readUInt16LE(at + 28),
  );
  if (directory.readUInt16LE(at + 8) & 1) throw compressed(file, name, { en: 'encrypted', zh: '已加密' });
  if (directory.readUInt16LE(at + 10) !== 0) throw compressed(file, name, { en: 'compressed', zh: '已压缩' });
  const bytes = directory.readUInt32LE(at + 24);
  const header = directory.readUInt32LE(at + 42);
  if (bytes === ZIP64 || header === ZIP64) throw tooLarge(file);
  if (directory.readUInt32LE(at + 20) !== bytes)
    throw damaged(file, name, { en: 'stored and actual size differ', zh: '存储大小与实际大小不符' });
  return { name, bytes, header, crc: directory.readUInt32LE(at + 16) };
}

/** All bytes of an entry, checked against its CRC-32. Throws a UserError naming `what`. */
export async function readZipEntry(
  access: RandomAccess,
  entry: ZipEntry,
  what: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const head = Buffer.from(await access.fill(new Uint8Array(LOCAL_BYTES), entry.header, what));
  if (head.readUInt32LE(0) !== LOCAL_HEADER)
    throw damaged(access.file, what, {
      en: `${entry.name} is not at its offset`,
      zh: `${entry.name} 不在记录的位置`,
    });
  const start = entry.header + LOCAL_BYTES + head.readUInt16LE(26) + head.readUInt16LE(28);
  if (start + entry.bytes > access.size)
    throw damaged(access.file, what, {
      en: `${entry.name} ends outside the file`,
      zh: `${entry.name} 超出文件末尾`,
    });
  const bytes = await access.fill(new Uint8Array(entry.bytes), start, what);
  if (crc32(bytes) !== entry.crc)
    throw damaged(access.file, what, {
      en: `wrong checksum of ${entry.name}`,
      zh: `${entry.name} 的校验和不符`,
    });
  return bytes;
}

const compressed = (file: string, field: string, how: Text) =>
  unsupported(
    file,
    field,
    {
      en: `The archive is ${how.en}, which PyTorch never does`,
      zh: `压缩包${how.zh}，而 PyTorch 从不这样保存`,
    },
    { en: 'Save it again with torch.save.', zh: '请用 torch.save 重新保存。' },
  );

const tooLarge = (file: string) =>
  unsupported(
    file,
    undefined,
    { en: 'The archive is larger than 4 GiB', zh: '压缩包超过 4 GiB' },
    { en: 'Save the model as model.safetensors instead.', zh: '请将模型存为 model.safetensors。' },
  );
