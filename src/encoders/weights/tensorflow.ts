import { basename } from 'node:path';
import { UserError } from '../../ground/errors.ts';
import { crc32c, maskCrc } from './crc32c.ts';
import { toFloats } from './floats.ts';
import { readTable } from './sstable.ts';
import {
  BYTES,
  damaged,
  elements,
  type NumberType,
  openFile,
  type RandomAccess,
  type StoredTensor,
  unsupported,
  type WeightFile,
} from './stored.ts';
import { createWireReader } from './wire.ts';

/** TensorFlow's DataType numbers. */
const TYPES: Readonly<Record<number, NumberType>> = {
  1: 'f32',
  2: 'f64',
  3: 'i32',
  4: 'u8',
  5: 'i16',
  6: 'i8',
  9: 'i64',
  10: 'bool',
  14: 'bf16',
  19: 'f16',
};
const MAX_INDEX_BYTES = 64 << 20;
const MAX_SHARDS = 1024;
const OBJECT_GRAPH = '_CHECKPOINTABLE_OBJECT_GRAPH';

/** The `BundleEntryProto` of a tensor. */
interface BundleEntry {
  readonly name: string;
  readonly type: number;
  readonly shape: readonly number[];
  readonly shard: number;
  readonly offset: number;
  readonly size: number;
  /** Masked CRC-32C. */
  readonly crc: number;
  readonly sliced: boolean;
}

/**
 * Opens a TensorFlow 1 checkpoint by its `.index` file; the numbers are in `.data-00000-of-00001` next to it.
 * Every block and every tensor is checked against its CRC-32C. Throws a UserError.
 */
export async function openTensorflow(file: string): Promise<WeightFile> {
  const table = readTable(await readIndex(file), file);
  const shards = readHeader(table.get(''), file);
  if (table.has(OBJECT_GRAPH)) {
    throw unsupported(
      file,
      OBJECT_GRAPH,
      {
        en: 'This is a TensorFlow 2 object checkpoint; only TensorFlow 1 variables are read',
        zh: '这是 TensorFlow 2 对象检查点，仅支持 TensorFlow 1 变量',
      },
      {
        en: 'Convert it in Python with transformers, or use the model.safetensors of the same model.',
        zh: '请用 Python transformers 转换，或使用同一模型的 model.safetensors。',
      },
    );
  }
  const opened: RandomAccess[] = [];
  const close = async (): Promise<void> => {
    for (const access of opened) await access.close();
  };
  try {
    for (let shard = 0; shard < shards; shard++) opened.push(await openFile(shardName(file, shard, shards)));
    const entries = [...table]
      .filter(([name]) => name !== '')
      .map(([name, value]) => readEntry(name, value, file));
    for (const entry of entries) refuseOutside(opened[entry.shard], entry, file);
    const tensors = entries.map((entry) => stored(opened, entry, file));
    const size = opened.reduce((sum, access) => sum + access.size, 0);
    return { format: 'tensorflow', file, size, tensors, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const shardName = (file: string, shard: number, shards: number): string => {
  const digits = (value: number): string => String(value).padStart(5, '0');
  return file.replace(/\.index$/, `.data-${digits(shard)}-of-${digits(shards)}`);
};

async function readIndex(file: string): Promise<Buffer> {
  const access = await openFile(file);
  try {
    if (access.size > MAX_INDEX_BYTES)
      throw damaged(file, 'index', {
        en: `${access.size} bytes are too many for an index`,
        zh: `${access.size} 字节，不可能是索引文件`,
      });
    return await access.fill(Buffer.alloc(access.size), 0, 'index');
  } finally {
    await access.close();
  }
}

/** The number of data files. */
function readHeader(value: Buffer | undefined, file: string): number {
  if (!value) throw damaged(file, 'header', { en: 'the index has no header', zh: '索引缺少文件头' });
  let shards = 1;
  for (const [field, content] of createWireReader(value, file, 'header').fields()) {
    if (field === 1 && typeof content === 'number') shards = content;
    if (field === 2 && content !== 0)
      throw unsupported(
        file,
        'header',
        { en: 'The numbers are big-endian', zh: '数值为大端字节序' },
        { en: 'Save it again on a little-endian machine.', zh: '请在小端机器上重新保存。' },
      );
  }
  if (shards < 1 || shards > MAX_SHARDS)
    throw damaged(file, 'header', { en: `${shards} data files`, zh: `数据文件数为 ${shards}` });
  return shards;
}

function readEntry(name: string, value: Buffer, file: string): BundleEntry {
  const entry = { name, type: 0, shape: [] as number[], shard: 0, offset: 0, size: 0, crc: 0, sliced: false };
  for (const [field, content] of createWireReader(value, file, name).fields()) {
    if (typeof content === 'number') {
      if (field === 1) entry.type = content;
      if (field === 3) entry.shard = content;
      if (field === 4) entry.offset = content;
      if (field === 5) entry.size = content;
    } else {
      if (field === 2) entry.shape = readShape(content, name, file);
      if (field === 6 && content.length === 4) entry.crc = content.readUInt32LE(0);
      if (field === 7) entry.sliced = true;
    }
  }
  return entry;
}

function readShape(content: Buffer, name: string, file: string): number[] {
  const shape: number[] = [];
  for (const [field, dimension] of createWireReader(content, file, name).fields()) {
    if (field !== 2 || typeof dimension === 'number') continue;
    let side = 0;
    for (const [part, length] of createWireReader(dimension, file, name).fields()) {
      if (part === 1 && typeof length === 'number') side = length;
    }
    shape.push(side);
  }
  return shape;
}

/** Every tensor must be inside its data file, even one that is not read: a truncated file is not a checkpoint. */
function refuseOutside(access: RandomAccess | undefined, entry: BundleEntry, file: string): void {
  const { name, shard, offset, size } = entry;
  if (!access)
    throw damaged(file, name, {
      en: `it is in data file ${shard}, which does not exist`,
      zh: `位于不存在的数据文件 ${shard}`,
    });
  if (offset + size > access.size) {
    throw damaged(access.file, name, {
      en: `it ends at byte ${offset + size}, the file at ${access.size}: truncated`,
      zh: `应在第 ${offset + size} 字节结束，而文件只有 ${access.size} 字节，已被截断`,
    });
  }
}

function stored(opened: readonly RandomAccess[], entry: BundleEntry, file: string): StoredTensor {
  const { name, shape, shard, offset, size, crc } = entry;
  const type = TYPES[entry.type];
  return {
    name,
    shape,
    type: type ?? 'u8',
    identity: name,
    bytes: size,
    async read() {
      const unreadable = entry.sliced
        ? { en: 'The tensor is saved in slices', zh: '张量以分片形式保存' }
        : { en: `The tensor has the unsupported type ${entry.type}`, zh: `不支持的张量类型 ${entry.type}` };
      if (entry.sliced || !type) {
        throw unsupported(file, name, unreadable, {
          en: 'Save it as one float tensor.',
          zh: '请存为单个浮点张量。',
        });
      }
      const count = elements(shape);
      if (count < 0 || count * BYTES[type] !== size) {
        throw damaged(file, name, {
          en: `${JSON.stringify(shape)} of ${type} does not take ${size} bytes`,
          zh: `形状 ${JSON.stringify(shape)}、类型 ${type} 与 ${size} 字节不符`,
        });
      }
      const access = opened[shard];
      const bytes = await access.fill(new Uint8Array(size), offset, name);
      if (maskCrc(crc32c(bytes)) !== crc)
        throw damaged(access.file, name, { en: 'wrong checksum', zh: '校验和不符' });
      const values = toFloats(bytes, type);
      if (values) return values;
      throw unsupported(
        file,
        name,
        { en: `The tensor holds ${type}, not real numbers`, zh: `张量类型为 ${type}，不是实数` },
        { en: 'Save it as float32.', zh: '请存为 float32。' },
      );
    },
  };
}

/** The `.index` that belongs to any of a checkpoint's names: `x.ckpt`, `x.ckpt.index`, `x.ckpt.data-…`, `x.ckpt.meta`. */
export function indexName(path: string): string {
  return `${path.replace(/\.(index|meta|data-\d{5}-of-\d{5})$/, '')}.index`;
}

/** The one checkpoint of a folder: `bert_model.ckpt` before others; where there are several, the user has to choose. */
export function chooseIndex(folder: string, files: readonly string[]): string | undefined {
  const indexes = files.filter((name) => name.endsWith('.index')).map((name) => basename(name));
  if (indexes.length <= 1) return indexes[0];
  const usual = indexes.find((name) => name === 'bert_model.ckpt.index');
  if (usual) return usual;
  const last = indexes.sort().at(-1);
  throw new UserError(
    'checkpoint-ambiguous',
    {
      en: `The folder has ${indexes.length} checkpoints`,
      zh: `目录中有 ${indexes.length} 个检查点`,
    },
    { file: folder, hint: { en: `Give the path of one, e.g. ${last}`, zh: `请指定其中一个，例如 ${last}` } },
  );
}
